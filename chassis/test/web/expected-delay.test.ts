import { expect, test } from 'bun:test';
import { FEW } from '../../src/web/limits/admission.ts';
import { expectedDelay } from '../../src/web/limits/expected-delay.ts';

const LINE = { waiting: 2 * FEW };

test('a process that has just started, while a line of others stands, says a delay that is a number', () => {
  let now = 1_000_000;
  const expected = expectedDelay({ standingMs: 1200, now: () => now });
  for (let ageMs = 3000; ageMs < 6000; ageMs += 250) {
    expected.seen({ ...LINE, ageMs });
    expected.admitted();
    now += 250;
    expect(expected.delayMs).toBeGreaterThanOrEqual(2000);
    expect(expected.delayMs).toBeLessThanOrEqual(7000);
  }
});

test('a line that has stood still for long is no longer than can be said', () => {
  let now = 1_000_000;
  const expected = expectedDelay({ standingMs: 1200, now: () => now });
  for (let at = 0; at < 40; at += 1) {
    expected.admitted();
    expected.seen({ ...LINE, ageMs: 2000 });
    now += 250;
  }
  for (let ageMs = 2250; ageMs < 1_000_000; ageMs += 250) {
    expected.seen({ ...LINE, ageMs });
    expected.admitted();
    now += 250;
  }
  expect(Number.isFinite(expected.delayMs)).toBe(true);
  expect(expected.delayMs).toBeLessThanOrEqual(1_000_000);
});

test('the line begins where its head was let in, not where that was stored: who waits to be stored is in it', () => {
  let now = 1_000_000;
  const expected = expectedDelay({ standingMs: 1200, queueMs: () => 1500, now: () => now });
  // 200 a second are let in, wait 1.5 s to be stored and 0.5 s after that.
  for (let second = 0; second < 20; second += 0.25) {
    for (let come = 0; come < 50; come += 1) {
      expected.admitted();
      now += 5;
    }
    if (second >= 2) expected.seen({ ...LINE, ageMs: 500 });
  }
  expect(expected.delayMs).toBeWithin(1800, 2200);
});
