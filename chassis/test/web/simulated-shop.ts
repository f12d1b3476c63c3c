import { admission, type Admission, expectedDelay, type ExpectedDelay, FEW, STANDING } from '../../src/web/limits/admission.ts';

const TICK_MS = 10;
const LOOK_MS = 250;

/** A mulberry32 generator: the same numbers for the same seed. */
export function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Load {
  readonly seconds: number;
  /** Orders asked for a second, at a second of the run. */
  readonly offered: (second: number) => number;
  /** Orders that can be finished a second. */
  readonly capacity: (second: number) => number;
  readonly targetMs?: number;
  /** What an order takes when nobody is before it. */
  readonly leastMs?: number;
  /** Orders are finished together, so often. */
  readonly roundMs?: number;
  /** Orders that can be stored a second, before they are finished; absent: all there are. */
  readonly storing?: (second: number) => number;
  readonly replicas?: number;
  readonly seed?: number;
}

interface Finished {
  /** Milliseconds of the run. */
  readonly askedAt: number;
  readonly tookMs: number;
}

export interface Run {
  readonly finished: readonly Finished[];
  readonly refused: number;
  /** Refused in each second. */
  readonly refusedIn: readonly number[];
  /** The share refused, in each second, of the first replica. */
  readonly ratios: readonly number[];
  readonly longest: number;
  /** The delay that the first replica expected, in each second. */
  readonly delays: readonly number[];
}

/** Orders wait in one line behind processes that let them in, each by itself, in virtual time. */
export function simulate({ seconds, offered, capacity, targetMs = 2000, leastMs = 100, roundMs = TICK_MS, storing = () => Infinity, replicas = 1, seed = 1 }: Load): Run {
  const random = numbersOf(seed);
  let at = 0;
  const now = () => at;
  /** When they were let in that are not stored yet. */
  const queue: number[] = [];
  const queueMs = () => at - (queue[0] ?? at);
  let stored = 0;
  const doors = Array.from({ length: replicas }, (): { readonly delay: ExpectedDelay; readonly door: Admission } => {
    const delay = expectedDelay({ standingMs: STANDING * targetMs, queueMs, now });
    // As `create-service.ts` puts them together.
    const backlog = () => ({ delayMs: Math.max(queueMs(), delay.delayMs), waiting: queue.length + delay.waiting });
    return { delay, door: admission({ targetMs, backlog, admitted: () => delay.admitted(), now, random }) };
  });
  const line: { readonly askedAt: number; readonly storedAt: number }[] = [];
  let first = 0;
  const finished: Finished[] = [];
  const refusedIn: number[] = [];
  const ratios: number[] = [];
  const delays: number[] = [];
  let refused = 0;
  let longest = 0;
  let room = 0;
  for (; at < seconds * 1000; at += TICK_MS) {
    const second = at / 1000;
    for (let count = poisson((offered(second) * TICK_MS) / 1000, random); count > 0; count -= 1) {
      const { door } = pick(doors, random);
      if (door.ask() === null) queue.push(at);
      else {
        refused += 1;
        refusedIn[Math.floor(second)] = (refusedIn[Math.floor(second)] ?? 0) + 1;
      }
    }
    stored += (storing(second) * TICK_MS) / 1000;
    for (; stored >= 1 && queue.length > 0; stored -= 1) line.push({ askedAt: queue.shift() ?? at, storedAt: at });
    stored = Math.min(stored, Math.max(1, storing(second) / 20));
    room += (capacity(second) * TICK_MS) / 1000;
    if (at % roundMs === 0) {
      for (; room >= 1; room -= 1) {
        const next = line[first];
        if (next === undefined || next.storedAt > at - leastMs) break;
        finished.push({ askedAt: next.askedAt, tookMs: at - next.askedAt });
        first += 1;
      }
      // What is not used is lost, but for a moment's worth.
      room = Math.min(room, Math.max(1, capacity(second) / 20));
    }
    longest = Math.max(longest, line.length - first);
    // The replicas look at different moments.
    doors.forEach(({ delay }, index) => {
      if ((at + index * 70) % LOOK_MS !== 0) return;
      const waiting = Math.min(FEW, line.length - first);
      delay.seen({ ageMs: waiting === 0 ? 0 : Math.max(1, at - (line[first]?.storedAt ?? at)), waiting });
    });
    if (at % 1000 === 0) {
      ratios.push(doors[0]?.door.ratio ?? 0);
      delays.push(doors[0]?.door.delayMs ?? 0);
    }
  }
  return { finished, refused, refusedIn: Array.from({ length: seconds }, (_, second) => refusedIn[second] ?? 0), ratios, longest, delays };
}

/** Milliseconds that so many of a hundred took at most, of those asked for in these seconds. */
export function percentile({ finished }: Run, share: number, from = 0, until = Infinity): number {
  const took = finished.filter(({ askedAt }) => askedAt >= from * 1000 && askedAt < until * 1000).map(({ tookMs }) => tookMs);
  const sorted = took.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Finished a second, by when they were finished. */
export function finishedIn({ finished }: Run, from: number, until: number): number {
  const isThen = ({ askedAt, tookMs }: Finished) => askedAt + tookMs >= from * 1000 && askedAt + tookMs < until * 1000;
  return finished.filter(isThen).length / (until - from);
}

function pick<T>(all: readonly T[], random: () => number): T {
  const found = all[Math.floor(random() * all.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

function poisson(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let product = random();
  let count = 0;
  for (; product > limit; count += 1) product *= random();
  return count;
}
