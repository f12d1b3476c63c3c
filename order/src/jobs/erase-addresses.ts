import { forEachOf } from '@souk/chassis/failures-of-some';
import { forgetInRounds } from '@souk/chassis/forget-in-rounds';
import type { Job } from '@souk/chassis/jobs';
import type { MessageReads } from '@souk/chassis/messaging/message-reads';
import type { OrderReads, ToErase } from '../storage/order-store.ts';

/** Orders in one round: they go into one transaction of the writer, with what others ask for. */
const ROUND = 25;
/** People whose kept answers are looked for at once. */
const PEOPLE_AT_ONCE = 200;
/** An access token lives 15 minutes at most. */
const TOKENS_LIVE_MS = 1_200_000;
/** How long is looked for orders of somebody who has left: nobody can place one for them any more. */
const LOOK_FOR_MS = 7 * 86_400_000;

/**
 * Each second: what is still kept of who has left. Orders that were placed
 * while `user.deleted` was on its way are found like all others.
 */
export function erasure(
  reads: Pick<OrderReads, 'usersErasedSince' | 'toErase'>,
  erase: (found: ToErase) => Promise<void>,
  messages: Pick<MessageReads, 'forgetAnswersTo'>,
): Job {
  let last: ReadonlySet<string> = new Set();
  async function eraseSome(limit: number): Promise<number> {
    const found = await reads.toErase(LOOK_FOR_MS, limit);
    await forEachOf(found, ({ id }) => ({ orderId: id }), erase);
    const ids = new Set(found.map(({ id }) => id));
    // All of them were there in the last round as well: whatever keeps them, it is not over in a moment.
    const isStuck = ids.isSubsetOf(last);
    last = ids;
    return isStuck ? 0 : found.length;
  }
  return {
    name: 'erase personal data',
    everyMs: 1000,
    async run(signal) {
      const left = await reads.usersErasedSince(TOKENS_LIVE_MS);
      // Their addresses are in the answers to the orders they placed.
      for (const some of inGroups(left, PEOPLE_AT_ONCE)) await forgetInRounds((limit) => messages.forgetAnswersTo(some, limit), signal);
      await forgetInRounds(eraseSome, signal, ROUND);
    },
  };
}

function inGroups<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}
