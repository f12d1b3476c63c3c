import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { isPending, type SecondFactor } from '../domain/credential.ts';
import type { UserCollections } from '../storage/user-store.ts';

interface EndRequest {
  readonly userId: string;
  /** of the session that confirms, which has thereby shown a code */
  readonly sessionId: string;
  /** the pending secret that the code fits */
  readonly sealed: string;
  readonly step: number;
  readonly recoveryHashes: readonly string[];
  /** the key of earlier tries, which are forgotten now */
  readonly attempts: string;
}

/** Makes a pending secret the account's second factor, by its first code. False: it is not pending any more. */
export const endEnrolment: UseCase<UserCollections, EndRequest, boolean> = {
  name: 'end enrolment',
  keys: ({ userId, sessionId, attempts }) => ({ credentials: [userId], sessions: [sessionId], attempts: [attempts] }),
  decide({ userId, sessionId, sealed, step, recoveryHashes, attempts }, world, { now }) {
    const credential = world.get('credentials', userId);
    const session = world.get('sessions', sessionId);
    if (credential === undefined || session === undefined) return { answer: false };
    if (!isPending(credential.pendingFactor, now) || credential.pendingFactor.sealed !== sealed) return { answer: false };
    const secondFactor: SecondFactor = { sealed, activeSince: now, lastStep: step, recoveryHashes };
    return {
      answer: true,
      puts: {
        credentials: [{ ...credential, secondFactor, pendingFactor: null }],
        sessions: [{ ...session, secondFactorAt: now }],
      },
      removes: { attempts: [attempts] },
    };
  },
};
