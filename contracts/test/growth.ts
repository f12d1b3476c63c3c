const RUNS = 7;

/**
 * The time `work` takes for `size * 8`, divided by that for `size`: about 8 when it is linear, 64 when it is quadratic. The
 * quickest of several runs counts.
 */
export function growth(work: (size: number) => void, size: number): number {
  return quickest(() => work(size * 8)) / quickest(() => work(size));
}

function quickest(run: () => void): number {
  run();
  const times = Array.from({ length: RUNS }, () => {
    const startedAt = performance.now();
    run();
    return performance.now() - startedAt;
  });
  return Math.min(...times);
}
