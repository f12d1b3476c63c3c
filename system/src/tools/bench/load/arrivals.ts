import type { Random } from './random.ts';

export const ARRIVALS = ['poisson', 'even'] as const;
export type Arrivals = (typeof ARRIVALS)[number];

/**
 * Milliseconds from the start at which the next order is due, ever further; the first is at 0. Poisson: as customers who know nothing
 * of each other come, so that a second has more or fewer than the rate. Even: one like the other.
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
