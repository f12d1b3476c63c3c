import { describe, expect, test } from 'bun:test';
import { admission, FEW } from '../../src/web/limits/admission.ts';
import { finishedIn, numbersOf, percentile, simulate } from './simulated-shop.ts';

const CAPACITY = 500;
/** Another one each second, 500 on the average. */
const unsteady = (second: number) => CAPACITY * (0.8 + (0.4 * ((Math.floor(second) * 7919) % 100)) / 99);

describe('a shop that gets more orders than it can finish', () => {
  test.each([1.5, 3])('offered %d times its capacity, works at full capacity, and accepted work waits about the target time', (times) => {
    const run = simulate({ seconds: 150, offered: (second) => CAPACITY * (second < 120 ? times : 0.6), capacity: () => CAPACITY });
    expect(percentile(run, 0.99, 0, 120)).toBeLessThan(3000);
    expect(percentile(run, 1, 0, 120)).toBeLessThan(5000);
    expect(finishedIn(run, 5, 120)).toBeGreaterThan(0.95 * CAPACITY);
    expect(percentile(run, 0.99, 126, 150)).toBeLessThan(300);
    expect(run.refusedIn.slice(125).every((refused) => refused === 0)).toBe(true);
  });

  test.each([3, 5])('keeps to the target with %d processes that each decide for themselves', (replicas) => {
    const run = simulate({ seconds: 120, offered: () => 3 * CAPACITY, capacity: () => CAPACITY, replicas });
    expect(percentile(run, 0.99)).toBeLessThan(3000);
    expect(finishedIn(run, 5, 120)).toBeGreaterThan(0.95 * CAPACITY);
  });

  test('refuses nobody while it can finish what it is offered', () => {
    expect(simulate({ seconds: 60, offered: () => 0.9 * CAPACITY, capacity: () => CAPACITY }).refused).toBe(0);
  });

  test('accepts a burst that ends before anything waits too long', () => {
    const bursts = simulate({ seconds: 60, offered: (second) => (Math.floor(second) % 10 === 0 ? 1.6 * CAPACITY : 50), capacity: () => CAPACITY });
    expect(bursts.refused).toBe(0);
  });

  // As the shop does it: five steps one after the other, a batch of each at a time.
  test.each([1.5, 3])('offered %d times its capacity, works at full capacity even when orders take a while by themselves and end in rounds', (times) => {
    const run = simulate({ seconds: 120, offered: () => times * CAPACITY, capacity: unsteady, leastMs: 700, roundMs: 250 });
    expect(percentile(run, 0.99)).toBeLessThan(3500);
    expect(percentile(run, 1)).toBeLessThan(5000);
    expect(finishedIn(run, 5, 120)).toBeGreaterThan(0.95 * CAPACITY);
    const steps = run.ratios.slice(10).map((ratio, index, ratios) => Math.abs(ratio - (ratios[index - 1] ?? ratio)));
    expect(Math.max(...steps)).toBeLessThan(0.4);
  });

  test.each([1.5, 3])('offered %d times its capacity, keeps to the target even when most waiting work is not stored yet', (times) => {
    const run = simulate({ seconds: 120, offered: () => times * CAPACITY, capacity: unsteady, storing: unsteady, leastMs: 1000, roundMs: 250 });
    expect(percentile(run, 0.5)).toBeLessThan(2500);
    expect(percentile(run, 0.99)).toBeLessThan(3500);
    expect(finishedIn(run, 5, 120)).toBeGreaterThan(0.95 * CAPACITY);
  });

  test.each([[50, 300], [100, 450], [200, 450]])('accepts all orders when the rate jumps from %d to %d a second', (quiet, busy) => {
    const run = simulate({ seconds: 60, offered: (second) => (second >= 20 && second < 40 ? busy : quiet), capacity: () => CAPACITY, leastMs: 700, roundMs: 250 });
    expect(run.refused).toBe(0);
  });

  test('accepts everything with a target of 0', () => {
    expect(simulate({ seconds: 20, offered: () => 3 * CAPACITY, capacity: () => CAPACITY, targetMs: 0 }).refused).toBe(0);
  });

  test('follows its capacity as that falls and rises', () => {
    const run = simulate({ seconds: 180, offered: () => 1000, capacity: (second) => (second < 60 ? 500 : second < 120 ? 200 : 700) });
    expect(finishedIn(run, 5, 60)).toBeGreaterThan(475);
    expect(finishedIn(run, 65, 120)).toBeGreaterThan(190);
    expect(finishedIn(run, 125, 180)).toBeGreaterThan(665);
    expect(percentile(run, 0.99)).toBeLessThan(5000);
  });
});

describe('while nothing is finished for 60 s', () => {
  const outage = (second: number) => (second >= 60 && second < 120 ? 0 : CAPACITY);

  test('only a trickle is accepted, and everything again soon afterwards', () => {
    const run = simulate({ seconds: 200, offered: () => 400, capacity: outage });
    expect(run.longest).toBeLessThan(3 * CAPACITY);
    expect(run.refusedIn.slice(66, 119).every((refused) => refused > 300)).toBe(true);
    expect(run.refusedIn.slice(130).every((refused) => refused === 0)).toBe(true);
    expect(percentile(run, 0.99, 130, 200)).toBeLessThan(300);
  });

  test('the expected delay stays a number, even when nothing was ever finished', () => {
    expect(simulate({ seconds: 20, offered: () => 400, capacity: () => 0 }).delays.every(Number.isFinite)).toBe(true);
  });

  test('the same holds when more is offered than can be finished', () => {
    const run = simulate({ seconds: 200, offered: () => 3 * CAPACITY, capacity: outage, replicas: 2 });
    expect(run.longest).toBeLessThan(5 * CAPACITY);
    expect(finishedIn(run, 125, 200)).toBeGreaterThan(0.95 * CAPACITY);
    expect(percentile(run, 0.99, 125, 200)).toBeLessThan(3000);
  });
});

/** Loads nobody has thought of: each has its seed in its name. */
describe('whatever is offered', () => {
  const seeds = Array.from({ length: 12 }, (_, index) => Number(process.env['SEED'] ?? 1000) + index);

  test.each(seeds)('admission neither stays shut nor swings between all and nothing (seed %d)', (seed) => {
    const random = numbersOf(seed);
    const capacities = Array.from({ length: 6 }, () => 300 + random() * 600);
    const loads = Array.from({ length: 6 }, () => 50 + random() * 2000);
    const phase = (second: number) => Math.min(5, Math.floor(second / 30));
    const run = simulate({
      seconds: 180,
      offered: (second) => loads[phase(second)] ?? 0,
      capacity: (second) => capacities[phase(second)] ?? 0,
      replicas: 1 + Math.floor(random() * 3),
      seed,
    });
    for (let at = 0; at < 6; at += 1) {
      const [capacity = 0, offered = 0] = [capacities[at], loads[at]];
      // What was taken before is finished within the first seconds; what is taken last, in another phase.
      const settled = [at * 30 + 12, at * 30 + 26] as const;
      expect(finishedIn(run, ...settled)).toBeGreaterThan(0.9 * Math.min(capacity, offered));
      expect(percentile(run, 0.99, ...settled)).toBeLessThan(5000);
      const ratios = run.ratios.slice(...settled);
      const swings = ratios.filter((ratio, index) => Math.abs(ratio - (ratios[index + 1] ?? ratio)) > 0.8).length;
      expect(swings).toBeLessThan(3);
    }
  });
});

describe('a refusal', () => {
  function doorAt(delayMs: number, waiting = FEW, random = () => 0.5) {
    let at = 0;
    const door = admission({ targetMs: 2000, backlog: () => ({ delayMs, waiting }), now: () => at, random });
    return { door, later: (ms: number) => (at += ms) };
  }

  test('comes to nobody while few wait, however long they wait', () => {
    const { door, later } = doorAt(3_600_000, FEW - 1);
    for (let asked = 0; asked < 100; asked += 1, later(100)) expect(door.ask()).toBeNull();
  });

  test('spares one request a second, so that it shows when work is finished again', () => {
    const { door, later } = doorAt(60_000, FEW, () => 0);
    later(100);
    let admitted = 0;
    for (let asked = 0; asked < 1000; asked += 1, later(10)) admitted += door.ask() === null ? 1 : 0;
    expect(admitted).toBe(10);
  });

  test('asks for a retry after 1 to 10 seconds, later when more are refused', () => {
    const seconds = (delayMs: number, share: number) => {
      let drawn = 0;
      // The first number decides whether, the second when.
      const { door, later } = doorAt(delayMs, FEW, () => [0, share][drawn++ % 2] ?? 0);
      later(200);
      door.ask();
      later(200);
      return door.ask();
    };
    expect(seconds(60_000, 0)).toBe(1);
    expect(seconds(60_000, 0.999)).toBe(10);
    expect(seconds(1600, 0.999)).toBe(2);
  });
});
