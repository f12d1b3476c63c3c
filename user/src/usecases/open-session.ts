import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { type Credential, type FactorProof, recoveryCodesLeft, type SecondFactor, withDevice, withProof } from '../domain/credential.ts';
import { standingOf } from '../domain/roles.ts';
import { isLive, newSession, signedOut, type TokenHashes } from '../domain/session.ts';
import type { UserCollections } from '../storage/user-store.ts';
import type { SignedIn } from '../tokens/session-tokens.ts';
import { sessionEnded } from './end-access.ts';

interface OpenRequest extends TokenHashes {
  readonly sessionId: string;
  readonly userId: string;
  /** the hash that the password was right for */
  readonly passwordHash: string;
  /** the hash of its token */
  readonly device: string;
  /** of the second factor; undefined: none was sent */
  readonly proof: FactorProof | undefined;
  /** ids of the user's other sessions that end to make room for it */
  readonly ending: readonly string[];
  /** the keys of earlier tries, which are forgotten now */
  readonly attempts: readonly string[];
}

export type Opened =
  /** `recoveryCodesLeft`: null when none was used */
  | { readonly kind: 'opened'; readonly by: SignedIn; readonly recoveryCodesLeft: number | null }
  /** the password was replaced, or the account deleted, in the meantime */
  | { readonly kind: 'password-replaced' }
  | { readonly kind: 'disabled' }
  | FactorRefused;

/** The password was right but is not enough. The counted tries stay until the right code comes. */
export type FactorRefused = { readonly kind: 'code-needed' } | { readonly kind: 'code-wrong' };

/** Opens a session for a user who has proved the password and, if there is one, the second factor. */
export const openSession: UseCase<UserCollections & ChassisCollections, OpenRequest, Opened> = {
  name: 'open session',
  keys: ({ userId, ending, attempts }) => ({ users: [userId], credentials: [userId], sessions: ending, endedAccess: ending, attempts }),
  decide({ sessionId, userId, passwordHash, device, proof, ending, attempts, ...hashes }, world, { now }) {
    const user = world.get('users', userId);
    const credential = world.get('credentials', userId);
    if (user === undefined || credential?.passwordHash !== passwordHash) return { answer: { kind: 'password-replaced' } };
    const secondFactor = factorAfter(credential, proof);
    if (secondFactor !== null && 'kind' in secondFactor) return { answer: secondFactor };
    if (user.disabled !== null) return { answer: { kind: 'disabled' } };
    const identity = { id: sessionId, userId, epoch: credential.sessionEpoch, device, ...hashes };
    const session = newSession({ ...identity, now, secondFactorAt: secondFactor === null ? null : now });
    const devices = withDevice(credential.devices, device, now);
    const isChanged = devices !== credential.devices || secondFactor !== credential.secondFactor;
    const others = ending.map((id) => world.get('sessions', id)).filter((each) => each !== undefined);
    const ended = others
      .filter((each) => isLive(each, credential.sessionEpoch, now))
      .map((each) => sessionEnded(signedOut(each, now), { now }));
    const by = { userId, generation: credential.accessGeneration, ...standingOf(user, credential, session) };
    const left = secondFactor && proof ? recoveryCodesLeft(secondFactor, proof) : null;
    return {
      answer: { kind: 'opened', by, recoveryCodesLeft: left },
      puts: {
        sessions: [session, ...ended.flatMap(({ puts }) => puts.sessions ?? [])],
        endedAccess: ended.flatMap(({ puts }) => puts.endedAccess ?? []),
        ...(isChanged && { credentials: [{ ...credential, devices, secondFactor }] }),
      },
      removes: { attempts },
      events: ended.flatMap(({ events }) => events),
    };
  },
};

/** The second factor after the proof; null: there is none, and a code is ignored. */
function factorAfter({ secondFactor }: Credential, proof: FactorProof | undefined): SecondFactor | FactorRefused | null {
  if (secondFactor === null) return null;
  if (proof === undefined) return { kind: 'code-needed' };
  return withProof(secondFactor, proof) ?? { kind: 'code-wrong' };
}
