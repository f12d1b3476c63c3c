import type { Cause } from '@souk/chassis/cause';
import { OverloadedError } from '@souk/chassis/input-errors';
import type { SecondFactorProof } from '@souk/contracts/http/session';
import type { FactorProof } from '../domain/credential.ts';
import type { Asker, Passwords } from '../passwords/passwords.ts';
import type { Judged, JudgeProof } from '../second-factor/codes.ts';
import type { UserCommands, UserReads } from '../storage/user-store.ts';
import { type Attempt, attemptKey, beginAttempt, type Begun, countAddress, forgetAttempts, withdrawAttempt } from './count-attempts.ts';

interface TryDeps {
  readonly commands: UserCommands;
  readonly passwords: Passwords;
}

/** `wait`: too many were wrong, and this one was not checked. */
export type Tried = { readonly kind: 'right' } | { readonly kind: 'wrong' } | Extract<Begun, { readonly kind: 'wait' }>;

export type TryPassword = ReturnType<typeof tryPassword>;

/**
 * Checks a password against a hash, subject to the attempt limit. Without a hash it does the same work in the same time.
 * A caller that gets `right` forgets the attempts (`countedFor`) together with its own writes.
 */
export function tryPassword({ commands, passwords }: TryDeps) {
  return async (attempt: Attempt, password: string, hash: string | undefined, asker: Asker, cause: Cause): Promise<Tried> => {
    const begun = await commands.execute(beginAttempt, attempt, cause);
    if (begun.kind === 'wait') return begun;
    try {
      if (await passwords.matches(password, hash, asker)) return { kind: 'right' };
    } catch (error) {
      if (error instanceof OverloadedError) await commands.execute(withdrawAttempt, attempt, cause);
      throw error;
    }
    if (attempt.from !== undefined) await commands.execute(countAddress, { key: attempt.from.address }, cause);
    return { kind: 'wrong' };
  };
}

interface ProvePasswordDeps {
  readonly commands: UserCommands;
  readonly reads: Pick<UserReads, 'credential'>;
  readonly tryPassword: TryPassword;
}

export type ProvePassword = ReturnType<typeof provePassword>;

/** `passwordHash`: the hash that the password was right for. */
export type Proof =
  | { readonly kind: 'right'; readonly passwordHash: string }
  | Exclude<Tried, { readonly kind: 'right' }>;

/** Checks the password of a signed-in user once more. Somebody with only the token cannot guess for ever. `from`: the client's address. */
export function provePassword({ commands, reads, tryPassword: trying }: ProvePasswordDeps) {
  return async (userId: string, password: string, from: string | undefined, cause: Cause): Promise<Proof> => {
    const passwordHash = (await reads.credential(userId))?.passwordHash;
    const key = attemptKey.signedIn(userId);
    const tried = await trying({ key, from: undefined }, password, passwordHash, { queue: 'proof', from }, cause);
    if (tried.kind !== 'right') return tried;
    if (passwordHash === undefined) return { kind: 'wrong' };
    await commands.execute(forgetAttempts, { key }, cause);
    return { kind: 'right', passwordHash };
  };
}

interface ProveFactorDeps {
  readonly commands: UserCommands;
  readonly reads: Pick<UserReads, 'credential'>;
  readonly judgeProof: JudgeProof;
}

/** The data that a decision needs to accept the proof, once. */
export interface Shown {
  readonly proof: FactorProof;
  /** the key of earlier tries, which are forgotten when the proof is accepted */
  readonly attempts: string;
}

export type ShownFactor =
  | { readonly kind: 'shown'; readonly shown: Shown }
  | { readonly kind: 'no-factor' }
  | Exclude<Judged, { readonly kind: 'judged' }>
  | Extract<Begun, { readonly kind: 'wait' }>;

export type ProveFactor = ReturnType<typeof proveFactor>;

/**
 * Checks a code of a signed-in user. Tries are counted apart from passwords: a right password between two guesses must not
 * reset the count. A try whose code cannot be judged for lack of a key does not count.
 */
export function proveFactor({ commands, reads, judgeProof }: ProveFactorDeps) {
  return async (userId: string, presented: SecondFactorProof, cause: Cause): Promise<ShownFactor> => {
    const credential = await reads.credential(userId);
    if (credential === undefined || credential.secondFactor === null) return { kind: 'no-factor' };
    const attempt: Attempt = { key: attemptKey.secondFactor(userId), from: undefined };
    const begun = await commands.execute(beginAttempt, attempt, cause);
    if (begun.kind === 'wait') return begun;
    const judged = await judgeProof(credential, presented);
    if (judged.kind === 'secret-unreadable') await commands.execute(withdrawAttempt, attempt, cause);
    if (judged.kind !== 'judged') return judged;
    return judged.proof === undefined ? { kind: 'code-wrong' } : { kind: 'shown', shown: { proof: judged.proof, attempts: attempt.key } };
  };
}
