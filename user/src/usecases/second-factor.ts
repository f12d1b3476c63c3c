import type { Cause } from '@souk/chassis/cause';
import type { Principal } from '@souk/chassis/web/sign-in/principal';
import {
  endAccessTokens,
  isPending,
  type PendingFactor,
  pendingFactor,
  recoveryCodesLeft,
  type SecondFactor,
  withoutFactor,
  withProof,
} from '../domain/credential.ts';
import { isLive } from '../domain/session.ts';
import { standingOf } from '../domain/user.ts';
import { newRecoveryCodes, newSecret, otpauthUrl, stepOf } from '../second-factor/codes.ts';
import type { SealedSecrets } from '../second-factor/sealed-secrets.ts';
import type { UserCommands, UserReads, UserUseCase } from '../storage/user-store.ts';
import type { SignedIn } from '../tokens/access-tokens.ts';
import { type Attempt, attemptKey, beginAttempt, type Begun, withdrawAttempt } from './count-attempts.ts';
import { generationEnded } from './end-access.ts';
import type { ProvePassword, Shown } from './prove-identity.ts';

interface EnrolDeps {
  readonly commands: UserCommands;
  readonly reads: Pick<UserReads, 'user'>;
  readonly provePassword: ProvePassword;
  readonly secrets: SealedSecrets;
}

export type Enrol = ReturnType<typeof enrol>;

/** Makes a new secret for a user who knows the password; it is returned in clear and stored sealed. */
export function enrol({ commands, reads, provePassword, secrets }: EnrolDeps) {
  return async (userId: string, password: string, from: string | undefined, cause: Cause) => {
    const known = await provePassword(userId, password, from, cause);
    if (known.kind !== 'right') return known;
    const user = await reads.user(userId);
    if (user === undefined) return { kind: 'password-replaced' } as const;
    const secret = newSecret();
    const sealed = await secrets.seal(userId, secret);
    const begun = await commands.execute(beginEnrolment, { userId, passwordHash: known.passwordHash, sealed }, cause);
    return begun.kind === 'pending' ? { ...begun, secret, otpauthUrl: otpauthUrl(secret, user.email) } : begun;
  };
}

interface BeginRequest {
  readonly userId: string;
  /** the hash that the password was right for */
  readonly passwordHash: string;
  readonly sealed: string;
}

type EnrolmentBegun =
  | { readonly kind: 'pending'; readonly pending: PendingFactor }
  | { readonly kind: 'active-already' }
  /** the password was replaced, or the account deleted, in the meantime */
  | { readonly kind: 'password-replaced' };

/** Stores a secret that waits for its first code; one that waited before becomes invalid. */
export const beginEnrolment: UserUseCase<BeginRequest, EnrolmentBegun> = {
  name: 'begin enrolment',
  keys: ({ userId }) => ({ credentials: [userId] }),
  decide({ userId, passwordHash, sealed }, world, { now }) {
    const credential = world.get('credentials', userId);
    if (credential?.passwordHash !== passwordHash) return { answer: { kind: 'password-replaced' } };
    if (credential.secondFactor !== null) return { answer: { kind: 'active-already' } };
    const pending = pendingFactor(sealed, now);
    return { answer: { kind: 'pending', pending }, puts: { credentials: [{ ...credential, pendingFactor: pending }] } };
  },
};

interface ConfirmDeps {
  readonly commands: UserCommands;
  readonly reads: Pick<UserReads, 'credential'>;
  readonly secrets: SealedSecrets;
  readonly now?: () => number;
}

type Confirmed =
  | { readonly kind: 'confirmed'; readonly recoveryCodes: readonly string[] }
  | { readonly kind: 'none-pending' }
  | { readonly kind: 'code-wrong' }
  | Extract<Begun, { readonly kind: 'wait' }>;

/** Confirms the pending secret by its first code, which shows that the authenticator has it. Answers the recovery codes in clear. */
export function confirmEnrolment({ commands, reads, secrets, now = Date.now }: ConfirmDeps) {
  return async ({ userId, sessionId }: Principal, code: string, cause: Cause): Promise<Confirmed> => {
    const pending = (await reads.credential(userId))?.pendingFactor ?? null;
    if (!isPending(pending, now())) return { kind: 'none-pending' };
    const attempt: Attempt = { key: attemptKey.secondFactor(userId), from: undefined };
    const begun = await commands.execute(beginAttempt, attempt, cause);
    if (begun.kind === 'wait') return begun;
    const { sealed } = pending;
    const secret = await secrets.open(userId, sealed);
    if (secret === undefined) {
      await commands.execute(withdrawAttempt, attempt, cause);
      return { kind: 'none-pending' };
    }
    const step = stepOf(secret, code, now());
    if (step === undefined) return { kind: 'code-wrong' };
    const { codes, hashes } = newRecoveryCodes();
    const isDone = await commands.execute(endEnrolment, { userId, sessionId, sealed, step, recoveryHashes: hashes, attempts: attempt.key }, cause);
    return isDone ? { kind: 'confirmed', recoveryCodes: codes } : { kind: 'none-pending' };
  };
}

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
export const endEnrolment: UserUseCase<EndRequest, boolean> = {
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
export const stepUp: UserUseCase<StepUpRequest, SteppedUp | undefined> = {
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

interface ReplaceRequest extends Shown {
  readonly userId: string;
  readonly recoveryHashes: readonly string[];
}

/** Replaces the recovery codes: earlier ones become invalid. False: the proof was used before, or there is no factor any more. */
export const replaceRecoveryCodes: UserUseCase<ReplaceRequest, boolean> = {
  name: 'replace recovery codes',
  keys: ({ userId, attempts }) => ({ credentials: [userId], attempts: [attempts] }),
  decide({ userId, proof, attempts, recoveryHashes }, world) {
    const credential = world.get('credentials', userId);
    const factor = credential?.secondFactor && withProof(credential.secondFactor, proof);
    if (credential === undefined || !factor) return { answer: false };
    const secondFactor = { ...factor, recoveryHashes };
    return { answer: true, puts: { credentials: [{ ...credential, secondFactor }] }, removes: { attempts: [attempts] } };
  },
};

interface RemoveRequest extends Shown {
  readonly userId: string;
  /** the hash that the password was right for */
  readonly passwordHash: string;
}

/**
 * Removes the second factor. Access tokens end, because they may say that a code came lately; sessions go on. False: the proof
 * was used before, or the password was replaced, or there is no factor any more.
 */
export const removeFactor: UserUseCase<RemoveRequest, boolean> = {
  name: 'remove factor',
  keys: ({ userId, attempts }) => ({ credentials: [userId], attempts: [attempts], endedAccess: [userId] }),
  decide({ userId, passwordHash, proof, attempts }, world, at) {
    const credential = world.get('credentials', userId);
    if (credential?.passwordHash !== passwordHash || credential.secondFactor === null) return { answer: false };
    if (withProof(credential.secondFactor, proof) === undefined) return { answer: false };
    return { answer: true, ...generationEnded(endAccessTokens(withoutFactor(credential)), at), removes: { attempts: [attempts] } };
  },
};
