const SECOND_MS = 1000;
/** However often: whoever knows the password gets in after this time. */
const LONGEST_WAIT_MS = 15 * 60 * SECOND_MS;
/** Counted from when the wait is over. */
const REMEMBERED_MS = 3600 * SECOND_MS;

/** Wrong passwords for an account, or from an address, so far. Times are epoch milliseconds. */
export interface Attempts {
  readonly key: string;
  readonly failures: number;
  /** Nobody is let try before. */
  readonly waitUntil: number;
  readonly forgottenAt: number;
}

/** How many may fail before somebody has to wait. */
export const FREE_FAILURES = {
  account: 5,
  /** An office or a mobile network is many people behind one address. */
  address: 50,
} as const;

/** Milliseconds until the next try; 0: now. */
export function waitMs(attempts: Attempts | undefined, now: number): number {
  return attempts === undefined ? 0 : Math.max(0, attempts.waitUntil - now);
}

/** One more failure. The wait after the last free one is 1 s and doubles from there. */
export function withFailure(before: Attempts | undefined, key: string, free: number, now: number): Attempts {
  const failures = 1 + (before === undefined || before.forgottenAt <= now ? 0 : before.failures);
  const wait = failures < free ? 0 : Math.min(SECOND_MS * 2 ** (failures - free), LONGEST_WAIT_MS);
  return { key, failures, waitUntil: now + wait, forgottenAt: now + wait + REMEMBERED_MS };
}

/** A try that came to no judgement after all. */
export function withoutFailure(before: Attempts, free: number): Attempts {
  const failures = Math.max(0, before.failures - 1);
  return { ...before, failures, waitUntil: failures < free ? 0 : before.waitUntil };
}
