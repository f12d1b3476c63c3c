import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { aheadMs, FREE_FAILURES, waitMs, withFailure, withFailureAhead } from '../domain/attempts.ts';
import type { UserCollections } from '../storage/user-store.ts';

export interface Attempt {
  /** of `attemptKey`: whose password, or which device's, it is counted for */
  readonly key: string;
  /** undefined: it counts for nothing else */
  readonly from: AttemptFrom | undefined;
}

interface AttemptFrom {
  readonly address: string;
  /** of address and account together */
  readonly both: string;
}

export type Begun = { readonly kind: 'begun' } | { readonly kind: 'wait'; readonly ms: number };

/** Free failures of address and account together: their number is all that is asked for. */
export const NEVER_WAITS = Infinity;

/**
 * Counts a try as a failure before the password is looked at; the right one takes that back. So tries that run at the
 * same time, in whatever process, are no more than those that come one after the other.
 */
export const beginAttempt: UseCase<UserCollections, Attempt, Begun> = {
  name: 'begin attempt',
  keys: ({ key, from }) => ({ attempts: from === undefined ? [key] : [key, from.address, from.both] }),
  decide({ key, from }, world, { now }) {
    const before = world.get('attempts', key);
    const fromThere = from && world.get('attempts', from.address);
    const both = from && world.get('attempts', from.both);
    const ahead = from === undefined ? 0 : aheadMs(both, now);
    const ms = Math.max(waitMs(before, now, ahead), waitMs(fromThere, now));
    if (ms > 0) return { answer: { kind: 'wait', ms } };
    const counted = [withFailureAhead(before, key, FREE_FAILURES.account, now)];
    if (from !== undefined) counted.push(withFailure(both, from.both, NEVER_WAITS, now));
    return { answer: { kind: 'begun' }, puts: { attempts: counted } };
  },
};

/** Everything that a try has counted for before its password was looked at. */
export function countedFor({ key, from }: Attempt): readonly string[] {
  return from === undefined ? [key] : [key, from.both];
}
