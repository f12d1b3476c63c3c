/** A sequence that one number replays. */
export interface SeededRandom {
  readonly seed: number;
  /** from 0, below 1 */
  next(): number;
  /** a whole number, both ends among them */
  between(least: number, most: number): number;
  pick<T>(from: readonly [T, ...T[]]): T;
  shuffled<T>(items: readonly T[]): T[];
}

/** Takes its seed from SEED when that is set, and prints it. */
export function seededRandom(what: string): SeededRandom {
  const seed = Number(process.env.SEED ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  process.stdout.write(`${what}: SEED=${seed}\n`);
  let state = seed >>> 0;

  /** mulberry32 */
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    seed,
    next,
    between,
    pick: (from) => from[between(0, from.length - 1)] ?? from[0],
    shuffled(items) {
      const keyed = items.map((item) => ({ item, at: next() }));
      return keyed.toSorted((a, b) => a.at - b.at).map(({ item }) => item);
    },
  };
}
