import type { UseCase } from '@souk/chassis/writer/use-case';
import { FREE_FAILURES, waitMs, withFailure } from '../domain/attempts.ts';
import type { UserCollections } from '../storage/user-store.ts';

export interface Attempt {
  readonly account: string;
  /** undefined: nobody counts addresses */
  readonly address: string | undefined;
}

export type Begun = { readonly kind: 'begun' } | { readonly kind: 'wait'; readonly ms: number };

/**
 * Counts a try as a failure before the password is looked at; the right one takes that back. So tries that run at the
 * same time, in whatever process, are no more than those that come one after the other.
 */
export const beginAttempt: UseCase<UserCollections, Attempt, Begun> = {
  name: 'begin attempt',
  keys: ({ account, address }) => ({ attempts: address === undefined ? [account] : [account, address] }),
  decide({ account, address }, world, { now }) {
    const before = world.get('attempts', account);
    const fromThere = address === undefined ? undefined : world.get('attempts', address);
    const ms = Math.max(waitMs(before, now), waitMs(fromThere, now));
    if (ms > 0) return { answer: { kind: 'wait', ms } };
    return {
      answer: { kind: 'begun' },
      puts: { attempts: [withFailure(before, account, FREE_FAILURES.account, now)] },
    };
  },
};
