const SECOND_MS = 1000;
/** The longest wait, however many failures: someone who knows the password gets in after this time. */
const LONGEST_WAIT_MS = 15 * 60 * SECOND_MS;
/** Counted from the end of the wait. */
const REMEMBERED_MS = 3600 * SECOND_MS;

/** A client address with fewer failures for an account than this is not suspected of guessing. */
const UNSUSPECTED_FAILURES = 2;
/** Two of the longest waits. */
const LONGEST_AHEAD_MS = 2 * LONGEST_WAIT_MS;

/** The wrong passwords so far: for an account, from a client address, or from a device. Times are epoch milliseconds. */
export interface Attempts {
  readonly key: string;
  readonly failures: number;
  /** No try is allowed before. */
  readonly waitUntil: number;
  readonly forgottenAt: number;
}

/** Failures that are allowed before a wait. */
export const FREE_FAILURES = {
  /** Also for each device that has signed in before. */
  account: 5,
  /** An office or a mobile network has many people behind one address. */
  address: 50,
} as const;

/** Milliseconds until the next try; 0: now. `ahead`: milliseconds by which it may come earlier. */
export function waitMs(attempts: Attempts | undefined, now: number, ahead = 0): number {
  return attempts === undefined ? 0 : Math.max(0, attempts.waitUntil - ahead - now);
}

/**
 * Milliseconds by which a client address may try before the end of the wait that others have caused for an account. They are
 * added to that wait, so there are no more tries in sum.
 */
export function aheadMs(ofAddressAndAccount: Attempts | undefined, now: number): number {
  return failuresOf(ofAddressAndAccount, now) < UNSUSPECTED_FAILURES ? LONGEST_AHEAD_MS : 0;
}

/** Adds a failure. The wait after the last free one is 1 s, and doubles with each further one. `from`: start of the wait. */
export function withFailure(before: Attempts | undefined, key: string, free: number, now: number, from = now): Attempts {
  const failures = 1 + failuresOf(before, now);
  const waitUntil = from + waitAfter(failures, free);
  return { key, failures, waitUntil, forgottenAt: waitUntil + REMEMBERED_MS };
}

/** The same for a try that may have come before the end of the wait: the new wait starts at that end. */
export function withFailureAhead(before: Attempts | undefined, key: string, free: number, now: number): Attempts {
  return withFailure(before, key, free, now, Math.max(now, before?.waitUntil ?? 0));
}

/** Takes back the failure of a try that was not judged after all. */
export function withoutFailure(before: Attempts, free: number): Attempts {
  const failures = Math.max(0, before.failures - 1);
  return { ...before, failures, waitUntil: failures < free ? 0 : before.waitUntil - waitAfter(before.failures, free) };
}

function failuresOf(attempts: Attempts | undefined, now: number): number {
  return attempts === undefined || attempts.forgottenAt <= now ? 0 : attempts.failures;
}

function waitAfter(failures: number, free: number): number {
  return failures < free ? 0 : Math.min(SECOND_MS * 2 ** (failures - free), LONGEST_WAIT_MS);
}

/** Requests for mail that are accepted within an hour. */
export const ASKED_AT_MOST = {
  /** Few enough that strangers cannot fill a mailbox. */
  account: 3,
  /** A signed-in user can have mail sent to other people's addresses, too. */
  signedIn: 5,
  /** An office or a mobile network has many people behind one address. */
  address: 30,
} as const;

export function isFull(before: Attempts | undefined, most: number, now: number): boolean {
  return before !== undefined && before.forgottenAt > now && before.failures >= most;
}

/** Milliseconds until the hour is over that began with the first attempt. */
export function leftMs(before: Attempts | undefined, now: number): number {
  return before === undefined ? 0 : Math.max(0, before.forgottenAt - now);
}

/** Counts one more request that costs somebody something; it causes no wait between tries. */
export function asked(before: Attempts | undefined, key: string, now: number): Attempts {
  if (before === undefined || before.forgottenAt <= now) return { key, failures: 1, waitUntil: 0, forgottenAt: now + REMEMBERED_MS };
  return { ...before, failures: before.failures + 1 };
}
