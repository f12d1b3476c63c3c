import { forgetInRounds } from '@souk/chassis/forget-in-rounds';
import type { Job } from '@souk/chassis/jobs';
import type { MessageReads } from '@souk/chassis/messaging/message-reads';
import type { OrderReads, ToErase } from '../storage/order-store.ts';

/** Orders in one round; more wait a second. */
const ROUND = 200;
/** An access token lives 15 minutes at most. */
const TOKENS_LIVE_MS = 1_200_000;
/** How long is looked for orders of somebody who has left: nobody can place one for them any more. */
const LOOK_FOR_MS = 7 * 86_400_000;

export interface Erasure {
  readonly job: Job;
  /** Whether a user has left so recently that a token of theirs may still be good. */
  hasLeft(userId: string): boolean;
}

/**
 * Each second: who has left, also when another process was told, and what is still kept of them. Orders that were placed
 * while `user.deleted` was on its way are found like all others.
 */
export function erasure(
  reads: Pick<OrderReads, 'usersErasedSince' | 'toErase'>,
  erase: (found: ToErase) => Promise<void>,
  messages: Pick<MessageReads, 'forgetAnswersTo'>,
): Erasure {
  let left: ReadonlySet<string> = new Set();
  return {
    hasLeft: (userId) => left.has(userId),
    job: {
      name: 'erase personal data',
      everyMs: 1000,
      async run() {
        left = new Set(await reads.usersErasedSince(TOKENS_LIVE_MS));
        // Their addresses are in the answers to the orders they placed.
        await forgetInRounds((limit) => messages.forgetAnswersTo([...left], limit));
        const found = await reads.toErase(LOOK_FOR_MS, ROUND);
        await Promise.all(found.map(erase));
      },
    },
  };
}
