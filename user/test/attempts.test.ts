import { describe, expect, test } from 'bun:test';
import { type Attempts, FREE_FAILURES, waitMs, withFailure, withoutFailure } from '../src/domain/attempts.ts';

const NOW = 1_800_000_000_000;
const HOUR_MS = 3_600_000;

function failed(times: number, free: number = FREE_FAILURES.account): Attempts {
  let attempts: Attempts | undefined;
  for (let count = 0; count < times; count += 1) attempts = withFailure(attempts, 'k', free, NOW);
  if (attempts === undefined) throw new Error('at least one');
  return attempts;
}

describe('the wait after wrong passwords', () => {
  test.each([
    [4, 0],
    [5, 1],
    [6, 2],
    [9, 16],
    [14, 512],
    [15, 900],
    [10_000, 900],
  ])('after %d is %d s', (failures, seconds) => {
    expect(waitMs(failed(failures), NOW)).toBe(seconds * 1000);
    expect(waitMs(failed(failures), NOW + seconds * 1000)).toBe(0);
  });

  test('starts again when they were long ago', () => {
    const before = failed(20);
    const later = before.waitUntil + HOUR_MS;
    expect(withFailure(before, 'k', 5, later - 1).failures).toBe(21);
    expect(withFailure(before, 'k', 5, later)).toMatchObject({ failures: 1, waitUntil: later });
  });

  test('a try that was not judged is taken back', () => {
    expect(waitMs(withoutFailure(failed(5), 5), NOW)).toBe(0);
    expect(withoutFailure(failed(5), 5).failures).toBe(4);
    expect(waitMs(withoutFailure(failed(7), 5), NOW)).toBe(4000);
  });

  test('begins later for an address', () => {
    expect(waitMs(failed(49, FREE_FAILURES.address), NOW)).toBe(0);
    expect(waitMs(failed(50, FREE_FAILURES.address), NOW)).toBe(1000);
  });
});
