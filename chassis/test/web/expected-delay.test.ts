import { expect, test } from 'bun:test';
import { expectedDelay, FEW } from '../../src/web/limits/admission.ts';

const LINE = { waiting: 2 * FEW };

test('a process that starts while work of others is waiting expects a delay that is a number', () => {
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

test('the expected delay of a line that has stood still for long is limited', () => {
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

test('the line begins where its head was admitted, not where it was stored: it includes work that waits to be stored', () => {
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
