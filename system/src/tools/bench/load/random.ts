/** Returns numbers from 0 to below 1; the same seed gives the same sequence. */
export type Random = () => number;

/** sfc32 by Chris Doty-Humphrey (PractRand): small, quick, and without known weakness at these lengths. */
export function seeded(seed: number): Random {
  let [a, b, c, counter] = [seed | 0, (seed / 2 ** 32) | 0, 0x9e37_79b9, 1];
  const draw = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 2 ** 32;
  };
  // The first numbers still resemble the seed.
  for (let i = 0; i < 15; i += 1) draw();
  return draw;
}

/** Maps draws from 0 to below 1 to places from 0 to count - 1, the i-th in proportion to 1 / (i + 1): a few come often, most seldom. */
export function zipf(count: number): (draw: number) => number {
  const upTo = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i += 1) upTo[i] = sum += 1 / (i + 1);
  return (draw) => {
    const wanted = draw * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? sum) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

export const ARRIVALS = ['poisson', 'even'] as const;
export type Arrivals = (typeof ARRIVALS)[number];

/**
 * Returns the due times of the orders one by one, in milliseconds from the start; the first is at 0. Poisson: customers arrive
 * independently, so a second has more or fewer than the rate. Even: at equal intervals.
 */
export function arrivalTimes(kind: Arrivals, perSecond: number, random: Random): () => number {
  let sent = 0;
  let at = 0;
  if (kind === 'even') return () => (sent++ * 1000) / perSecond;
  return () => {
    if (sent++ > 0) at += (-Math.log(1 - random()) * 1000) / perSecond;
    return at;
  };
}
