import { FailuresOfSome, forEachOf } from '@souk/chassis/telemetry/repeated-faults';
import { forgetInRounds, type Job } from '@souk/chassis/engine/jobs';
import type { MessageReads } from '@souk/chassis/engine/service-store';
import type { OrderReads, ToErase, Walk } from '../storage/order-store.ts';

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
