import type { Random } from './random.ts';

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
