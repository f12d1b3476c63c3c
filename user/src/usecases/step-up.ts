import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { standingOf } from '../domain/roles.ts';
import { recoveryCodesLeft, withProof } from '../domain/credential.ts';
import { isLive } from '../domain/session.ts';
import type { UserCollections } from '../storage/user-store.ts';
import type { SignedIn } from '../tokens/session-tokens.ts';
import type { Shown } from './prove-identity.ts';

interface StepUpRequest extends Shown {
  readonly userId: string;
  readonly sessionId: string;
}

interface SteppedUp {
  readonly by: SignedIn;
  /** null when none was used */
  readonly recoveryCodesLeft: number | null;
}

/** Records a code that the session has shown; undefined: it was used before, or there is no such factor or session any more. */
export const stepUp: UseCase<UserCollections, StepUpRequest, SteppedUp | undefined> = {
  name: 'step up',
  keys: ({ userId, sessionId, attempts }) => ({ users: [userId], credentials: [userId], sessions: [sessionId], attempts: [attempts] }),
  decide({ userId, sessionId, proof, attempts }, world, { now }) {
    const user = world.get('users', userId);
    const credential = world.get('credentials', userId);
    const session = world.get('sessions', sessionId);
    if (user === undefined || credential === undefined || session === undefined) return { answer: undefined };
    if (!isLive(session, credential.sessionEpoch, now)) return { answer: undefined };
    const secondFactor = credential.secondFactor && withProof(credential.secondFactor, proof);
    if (!secondFactor) return { answer: undefined };
    const after = { ...credential, secondFactor };
    const shown = { ...session, secondFactorAt: now };
    const by = { userId, generation: credential.accessGeneration, ...standingOf(user, after, shown) };
    return {
      answer: { by, recoveryCodesLeft: recoveryCodesLeft(secondFactor, proof) },
      puts: { credentials: [after], sessions: [shown] },
      removes: { attempts: [attempts] },
    };
  },
};
