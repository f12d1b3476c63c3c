import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { aheadMs, FREE_FAILURES, waitMs, withFailure, withFailureAhead } from '../domain/attempts.ts';
import type { UserCollections } from '../storage/user-store.ts';

export interface Attempt {
  /** of `attemptKey`: the account, user or device that it is counted for */
  readonly key: string;
  /** undefined: it is counted for nothing else */
  readonly from: AttemptFrom | undefined;
}

interface AttemptFrom {
  readonly address: string;
  /** of address and account together */
  readonly both: string;
}

export type Begun = { readonly kind: 'begun' } | { readonly kind: 'wait'; readonly ms: number };

/** Free failures of address and account together: never used up, because only their number is needed. */
export const NEVER_WAITS = Infinity;

/**
 * Counts a try as a failure before the password is checked; a right password takes that back. So there are no more
 * concurrent tries, in whatever process, than there would be one after the other.
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

/** The keys that a try was counted for before its password was checked. */
export function countedFor({ key, from }: Attempt): readonly string[] {
  return from === undefined ? [key] : [key, from.both];
}
