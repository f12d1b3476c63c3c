const RUNS = 15;
/** Work of less is repeated: the processor's clock is coarse, and the first runs are slow. */
const LEAST_US = 2000;

/**
 * The work for `size * 8`, divided by that for `size`: about 8 when it is linear, 64 when it is quadratic. It is measured in time
 * of the processor, which others on the machine do not lengthen; the least of several runs counts, in turns.
 */
export function growth(work: (size: number) => void, size: number): number {
  const rounds = roundsWorthMeasuring(() => work(size));
  const least = { small: Infinity, large: Infinity };
  for (let run = 0; run < RUNS; run += 1) {
    least.small = Math.min(least.small, cpuTime(rounds, () => work(size)));
    least.large = Math.min(least.large, cpuTime(rounds, () => work(size * 8)));
  }
  return least.large / least.small;
}

function roundsWorthMeasuring(run: () => void): number {
  let rounds = 1;
  while (cpuTime(rounds, run) < LEAST_US) rounds *= 2;
  return rounds;
}

/** In microseconds. */
function cpuTime(rounds: number, run: () => void): number {
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
