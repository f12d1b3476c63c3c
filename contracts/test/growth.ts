const RUNS = 15;

/**
 * The work for `size * 8`, divided by that for `size`: about 8 when it is linear, 64 when it is quadratic. It is measured in time
 * of the processor, which others on the machine do not lengthen; the least of several runs counts, in turns.
 */
export function growth(work: (size: number) => void, size: number): number {
  const least = { small: Infinity, large: Infinity };
  for (let run = 0; run < RUNS; run += 1) {
    least.small = Math.min(least.small, cpuTime(() => work(size)));
    least.large = Math.min(least.large, cpuTime(() => work(size * 8)));
  }
  return least.large / least.small;
}

/** Microseconds, of which there is one at least. */
function cpuTime(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return Math.max(1, user + system);
}
