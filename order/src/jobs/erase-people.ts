import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { FailuresOfSome, forEachOf } from '@souk/chassis/telemetry/repeated-faults';
import { forgetInRounds, type Job } from '@souk/chassis/engine/jobs';
import type { MessageReads } from '@souk/chassis/engine/service-store';
import type { EventEnvelope } from '@souk/contracts/envelope';
import { erasedEvent, erasedOrder } from '../domain/erase-person.ts';
import { awaitsDelivery, type Deadlines, type Order } from '../domain/order.ts';
import { answerOrder } from '../domain/order-saga.ts';
import type { OrderCollections, OrderReads, ToErase, Walk } from '../storage/order-store.ts';
import { placeInHistory, type Recorded, recordOutcome } from '../usecases/advance-order.ts';

/** Records a deleted user. Their data is erased later, in rounds: there may be any number of orders. */
export const rememberErasure: UseCase<OrderCollections, EventEnvelope<'user.deleted'>, void> = {
  name: 'remember erasure',
  keys: ({ data }) => ({ erasedUsers: [data.userId] }),
  decide({ id, traceparent, data: { userId, deletedAt } }, world, { now }) {
    if (world.get('erasedUsers', userId) !== undefined) return { answer: undefined };
    const user = { id: userId, erasedAt: now, deletedAt: Date.parse(deletedAt), toldBy: id, traceparent };
    return { answer: undefined, puts: { erasedUsers: [user] } };
  },
};

/** Orders in one round: they share one transaction of the writer with other requests. */
const ROUND = 25;
/** Users per query for their stored answers. */
const PEOPLE_AT_ONCE = 200;
/** Users per query for their orders. */
const WALKS_AT_ONCE = 50;
/** Longer than an access token lives: 15 minutes, with room for clocks that differ. */
const TOKENS_LIVE_MS = 1_200_000;
/** Time after a deletion for which a new process looks for orders of the user: later nobody can place one for them any more. */
const LOOK_FOR_MS = 7 * 86_400_000;

/**
 * Runs each second and erases what is still kept of deleted users. Orders placed while `user.deleted` was on its way are found like all others. A
 * deleted user's orders are walked from first to last, then new ones for as long as their access tokens may live, and after that once more from the
 * first. A new process does this once for all users deleted lately (`LOOK_FOR_MS`).
 */
export function erasure(
  reads: Pick<OrderReads, 'usersErasedSince' | 'toErase' | 'deliveredToErase'>,
  erase: (found: ToErase) => Promise<void>,
  messages: Pick<MessageReads, 'forgetAnswersTo'>,
): Job {
  /** By user id. `isLast`: this is the last walk, no new order can come behind it. */
  const walks = new Map<string, Walk & { readonly isLast: boolean }>();
  let hasBegun = false;

  async function setOut(recent: readonly string[]): Promise<void> {
    const isRecent = new Set(recent);
    const left = hasBegun ? recent : await reads.usersErasedSince(LOOK_FOR_MS);
    hasBegun = true;
    const fromTheFirst = (userId: string) => walks.set(userId, { userId, after: '', isOver: false, isLast: !isRecent.has(userId) });
    for (const { userId, isLast } of walks.values()) if (!isLast && !isRecent.has(userId)) fromTheFirst(userId);
    for (const userId of left) if (!walks.has(userId)) fromTheFirst(userId);
  }

  async function lookOn(some: readonly string[], limit: number): Promise<Round> {
    const open = some.flatMap((userId) => walks.get(userId) ?? []).filter(({ isOver }) => !isOver);
    const { found, walks: after } = await reads.toErase(open, limit);
    for (const walk of after) walks.set(walk.userId, { isLast: false, ...walks.get(walk.userId), ...walk });
    return { found, isOver: after.every(({ isOver }) => isOver) };
  }

  return {
    name: 'erase personal data',
    everyMs: 1000,
    async run(signal) {
      const recent = await reads.usersErasedSince(TOKENS_LIVE_MS);
      // The stored answers to their placements contain their addresses.
      for (const some of inGroups(recent, PEOPLE_AT_ONCE)) await forgetInRounds((limit) => messages.forgetAnswersTo(some, limit), signal);
      await setOut(recent);
      const failures: FailuresOfSome['failures'][number][] = [];
      // An order that cannot be erased does not hold up the others.
      const inRounds = async (look: (limit: number) => Promise<Round>) => {
        try {
          await forgetInRounds(erasingRounds(look, erase), signal, ROUND);
        } catch (error) {
          if (!(error instanceof FailuresOfSome)) throw error;
          failures.push(...error.failures);
        }
      };
      for (const some of inGroups([...walks.keys()], WALKS_AT_ONCE)) await inRounds((limit) => lookOn(some, limit));
      for (const walk of walks.values()) {
        if (walk.isOver && walk.isLast) walks.delete(walk.userId);
        else walks.set(walk.userId, { ...walk, isOver: false });
      }
      await inRounds(async (limit) => {
        const found = await reads.deliveredToErase(limit);
        return { found, isOver: found.length < limit };
      });
      if (failures.length > 0) throw new FailuresOfSome(failures);
    },
  };
}

interface Round {
  readonly found: readonly ToErase[];
  /** Nothing is left to look at. */
  readonly isOver: boolean;
}

/** Erases what `look` finds; answers 0, which is less than `limit`, when nothing is left or all that was found is stuck. */
function erasingRounds(look: (limit: number) => Promise<Round>, erase: (found: ToErase) => Promise<void>): (limit: number) => Promise<number> {
  let last: ReadonlySet<string> = new Set();
  return async (limit) => {
    const { found, isOver } = await look(limit);
    await forEachOf(found, ({ id }) => ({ orderId: id }), erase);
    const ids = new Set(found.map(({ id }) => id));
    // All of them were found in the last round as well: whatever blocks them will not pass soon.
    const isStuck = ids.size > 0 && ids.isSubsetOf(last);
    last = ids;
    return isOver || isStuck ? 0 : limit;
  };
}

function inGroups<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}

/**
 * Handles an order of a deleted user as the saga's table says: an open order is cancelled and erased; one that awaits delivery is kept until that is
 * over; any other is erased.
 * An order that has moved on since it was found is left for the next round, because its newest event was not read.
 */
export function eraseOrder(deadlines: Deadlines): UseCase<OrderCollections, ToErase, void> {
  return {
    name: 'erase order',
    keys: ({ id }) => ({ orders: [id], ordersToErase: [id] }),
    decide({ id, version, told, deletedAt }, world, { now, newId }) {
      const order = world.get('orders', id);
      const isWaiting = world.get('ordersToErase', id) !== undefined;
      if (order === undefined || (order.version !== version && order.erasedAt === null)) return { answer: undefined };
      const over = isWaiting ? { removes: { ordersToErase: [id] } } : {};
      if (order.erasedAt !== null) return { answer: undefined, ...over };
      const outcome = answerOrder(order, { type: 'user.deleted', at: now }, { now, newId, deadlines });
      const cause = { name: 'user.deleted', ...(deletedAt !== null && { at: deletedAt }) } as const;
      const before = recordOutcome(order, outcome, cause);
      const after = 'order' in outcome ? outcome.order : order;
      if (awaitsDelivery(after)) return { answer: undefined, ...before, ...over };
      const erased = erasing(after, told, now);
      const events = [...(before.events ?? []), ...(erased.events ?? [])];
      return { answer: undefined, ...erased, ...over, events };
    },
  };
}

/** Erases personal data from an order, from its events and from the notes stored with them. */
function erasing(order: Order, told: ToErase['told'], now: number): Recorded {
  const after: Order = { ...erasedOrder(order), erasedAt: now, version: order.version + 1, updatedAt: now };
  const note = { note: 'address erased', ...placeInHistory(after), context: { cause: { name: 'user.deleted' } } };
  return { puts: { orders: [after], rewrittenEvents: told.map(erasedEvent) }, events: [note] };
}
