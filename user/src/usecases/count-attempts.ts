import { createHash } from 'node:crypto';
import { aheadMs, type Attempts, FREE_FAILURES, waitMs, withFailure, withFailureAhead, withoutFailure } from '../domain/attempts.ts';
import type { UserUseCase } from '../storage/user-store.ts';

/** Keys by which failures and requests are counted. Hashes, so that the table is no list of people. */
export const attemptKey = {
  /** Sign-ins to an account; addresses that nobody has are counted, too. `email`: normalised. */
  account: (email: string) => hashed('account', email),
  /** Sign-ins from a client address. */
  address: (clientAddress: string) => hashed('address', clientAddress),
  /** Sign-ins to an account from a client address. */
  accountFrom: (email: string, clientAddress: string) => hashed('account-from', JSON.stringify([email, clientAddress])),
  /** Sign-ins from a device that has signed in before. */
  device: (deviceHash: string) => hashed('device', deviceHash),
  /** Passwords of a signed-in user, counted apart from sign-ins, so that a stolen token cannot be used to keep its owner out. */
  signedIn: (userId: string) => hashed('user', userId),
  /** Not failures: the registrations that a client address has asked for. */
  registrations: (clientAddress: string) => hashed('registrations', clientAddress),
  /** Requests for a password reset: for an e-mail address, whoever has it, and (`resetsFrom`) from a client address. */
  reset: (email: string) => hashed('reset', email),
  /** Requests for mail by a signed-in user. */
  mails: (userId: string) => hashed('mails', userId),
  resetsFrom: (clientAddress: string) => hashed('resets-from', clientAddress),
  /** Codes of a signed-in user, counted apart from passwords. */
  secondFactor: (userId: string) => hashed('second-factor', userId),
};

function hashed(kind: string, subject: string): string {
  return `${kind}:${createHash('sha256').update(subject).digest('base64url')}`;
}

export interface Attempt {
  /** of `attemptKey`: the account, user or device that it is counted for */
  readonly key: string;
  /** undefined: it is counted for nothing else */
  readonly from: AttemptFrom | undefined;
}

interface AttemptFrom {
  readonly address: string;
  /** of address and account together */
  readonly both: string;
}

export type Begun = { readonly kind: 'begun' } | { readonly kind: 'wait'; readonly ms: number };

/** Free failures of address and account together: never used up, because only their number is needed. */
const NEVER_WAITS = Infinity;

/**
 * Counts a try as a failure before the password is checked; a right password takes that back. So there are no more
 * concurrent tries, in whatever process, than there would be one after the other.
 */
export const beginAttempt: UserUseCase<Attempt, Begun> = {
  name: 'begin attempt',
  keys: ({ key, from }) => ({ attempts: from === undefined ? [key] : [key, from.address, from.both] }),
  decide({ key, from }, world, { now }) {
    const before = world.get('attempts', key);
    const fromThere = from && world.get('attempts', from.address);
    const both = from && world.get('attempts', from.both);
    const ahead = from === undefined ? 0 : aheadMs(both, now);
    const ms = Math.max(waitMs(before, now, ahead), waitMs(fromThere, now));
    if (ms > 0) return { answer: { kind: 'wait', ms } };
    const counted = [withFailureAhead(before, key, FREE_FAILURES.account, now)];
    if (from !== undefined) counted.push(withFailure(both, from.both, NEVER_WAITS, now));
    return { answer: { kind: 'begun' }, puts: { attempts: counted } };
  },
};

/** The keys that a try was counted for before its password was checked. */
export function countedFor({ key, from }: Attempt): readonly string[] {
  return from === undefined ? [key] : [key, from.both];
}

interface Outcome {
  readonly key: string;
}

/** Counts a wrong password for the client address; the account has counted it already. */
export const countAddress: UserUseCase<Outcome, void> = {
  name: 'count address',
  keys: ({ key }) => ({ attempts: [key] }),
  decide({ key }, world, { now }) {
    const after = withFailure(world.get('attempts', key), key, FREE_FAILURES.address, now);
    return { answer: undefined, puts: { attempts: [after] } };
  },
};

/** Forgets the failures, after a right password. */
export const forgetAttempts: UserUseCase<Outcome, void> = {
  name: 'forget attempts',
  keys: ({ key }) => ({ attempts: [key] }),
  decide: ({ key }) => ({ answer: undefined, removes: { attempts: [key] } }),
};

/** Takes back a try that was not judged: too many passwords were waiting, or the key that opens the second factor is missing. */
export const withdrawAttempt: UserUseCase<Attempt, void> = {
  name: 'withdraw attempt',
  keys: (attempt) => ({ attempts: countedFor(attempt) }),
  decide({ key, from }, world) {
    const before = world.get('attempts', key);
    const both = from && world.get('attempts', from.both);
    const attempts: Attempts[] = [];
    if (before !== undefined) attempts.push(withoutFailure(before, FREE_FAILURES.account));
    if (both !== undefined) attempts.push(withoutFailure(both, NEVER_WAITS));
    return { answer: undefined, puts: { attempts } };
  },
};
