import { describe, expect, test } from 'bun:test';
import { aheadMs, type Attempts, FREE_FAILURES, waitMs, withFailure, withFailureAhead, withoutFailure } from '../src/domain/attempts.ts';

const NOW = 1_800_000_000_000;
const HOUR_MS = 3_600_000;

/** Each as soon as it is allowed. */
function failed(times: number, free: number = FREE_FAILURES.account): Attempts & { readonly lastAt: number } {
  let attempts: Attempts | undefined;
  let lastAt = NOW;
  for (let count = 0; count < times; count += 1) {
    lastAt += waitMs(attempts, lastAt);
    attempts = withFailureAhead(attempts, 'k', free, lastAt);
  }
  if (attempts === undefined) throw new Error('at least one');
  return { ...attempts, lastAt };
}

describe('the wait after wrong passwords', () => {
  test.each([
    [4, 0],
    [5, 1],
    [6, 2],
    [9, 16],
    [14, 512],
    [15, 900],
    [2000, 900],
  ])('after %d is %d s', (failures, seconds) => {
    const attempts = failed(failures);
    expect(waitMs(attempts, attempts.lastAt)).toBe(seconds * 1000);
    expect(waitMs(attempts, attempts.lastAt + seconds * 1000)).toBe(0);
  });

  test('starts from the beginning when the last failure was long ago', () => {
    const before = failed(20);
    const later = before.waitUntil + HOUR_MS;
    expect(withFailure(before, 'k', 5, later - 1).failures).toBe(21);
    expect(withFailure(before, 'k', 5, later)).toMatchObject({ failures: 1, waitUntil: later });
  });

  test('does not grow by a try that was withdrawn', () => {
    expect(waitMs(withoutFailure(failed(5), 5), NOW)).toBe(0);
    expect(withoutFailure(failed(5), 5).failures).toBe(4);
    const before = failed(7);
    expect(waitMs(withoutFailure(before, 5), before.lastAt)).toBe(0);
    expect(waitMs(withoutFailure(withFailureAhead(before, 'k', 5, before.lastAt), 5), before.lastAt)).toBe(4000);
  });

  test('begins after more failures for a client address', () => {
    expect(waitMs(failed(49, FREE_FAILURES.address), NOW)).toBe(0);
    expect(waitMs(failed(50, FREE_FAILURES.address), NOW)).toBe(1000);
  });
});

describe('client addresses without failures of their own', () => {
  const DAY_MS = 24 * HOUR_MS;

  /** Tries within a time, from as many addresses as it takes to be ahead of the wait whenever that is allowed. */
  function triesWithin(ms: number, { isAhead }: { readonly isAhead: boolean }): number {
    const ahead = isAhead ? aheadMs(undefined, NOW) : 0;
    let attempts: Attempts | undefined;
    let tries = 0;
    for (let at = NOW + waitMs(attempts, NOW, ahead); at < NOW + ms; at += waitMs(attempts, at, ahead)) {
      attempts = withFailureAhead(attempts, 'k', FREE_FAILURES.account, at);
      tries += 1;
    }
    return tries;
  }

  test('may try while others wait for the account, until they have failed twice', () => {
    const others = failed(20);
    const own = withFailure(undefined, 'both', Infinity, NOW);
    expect(waitMs(others, others.lastAt, aheadMs(undefined, NOW))).toBe(0);
    expect(waitMs(others, others.lastAt, aheadMs(own, NOW))).toBe(0);
    expect(waitMs(others, others.lastAt, aheadMs(withFailure(own, 'both', Infinity, NOW), NOW))).toBe(900_000);
  });

  test('are no way to guess faster: any number of them gets three tries more than one alone', () => {
    expect(triesWithin(HOUR_MS, { isAhead: false })).toBe(17);
    expect(triesWithin(DAY_MS, { isAhead: false })).toBe(109);
    for (const ms of [HOUR_MS, 7 * HOUR_MS, DAY_MS, 30 * DAY_MS]) {
      expect(triesWithin(ms, { isAhead: true })).toBeLessThanOrEqual(triesWithin(ms, { isAhead: false }) + 3);
    }
  });

  test('wait for 45 minutes at most, however many others have failed', () => {
    let attempts: Attempts | undefined;
    for (let count = 0; count < 1000; count += 1) {
      if (waitMs(attempts, NOW, aheadMs(undefined, NOW)) === 0) attempts = withFailureAhead(attempts, 'k', FREE_FAILURES.account, NOW);
    }
    expect(waitMs(attempts, NOW)).toBeLessThanOrEqual(45 * 60_000);
    expect(waitMs(attempts, NOW, aheadMs(undefined, NOW))).toBeLessThanOrEqual(15 * 60_000);
  });
});
