import { expect, test } from 'bun:test';
import { backOffAfter, PARKING_RULES } from '../../../src/engine/messaging/parking.ts';

test('a parked message waits twice as long each time, up to a limit', () => {
  const rules = { firstAttempts: 3, attempts: 10, backOffMs: 1000, longestBackOffMs: 6000 };
  const waits = [1, 2, 3, 4, 5, 6, 7, 50].map((attempts) => backOffAfter(rules, attempts));
  expect(waits).toEqual([1000, 1000, 1000, 2000, 4000, 6000, 6000, 6000]);
});

test('all tries of a message lie within a little over two minutes', () => {
  const { firstAttempts, attempts } = PARKING_RULES;
  const waits = Array.from({ length: attempts - firstAttempts }, (_, index) => backOffAfter(PARKING_RULES, firstAttempts + index));
  expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(127_000);
});
