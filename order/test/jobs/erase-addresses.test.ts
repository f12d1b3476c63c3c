import { expect, test } from 'bun:test';
import { NO_CAUSE } from '@souk/chassis/cause';
import { erasure } from '../../src/jobs/erase-people.ts';
import type { ToErase, Walk } from '../../src/storage/order-store.ts';

/** A person with this many orders, of whom many others have left as well; `erase` takes them out as far as it is let. */
function someoneWith(orders: number) {
  const kept = new Set(Array.from({ length: orders }, (_, n) => `order-${n}`));
  const rounds: number[] = [];
  const asked: number[] = [];
  const from: string[] = [];
  const people = Array.from({ length: 450 }, (_, n) => `user-${n}`);
  const clock = { recent: people };
  const found = (ids: readonly string[]): ToErase[] => ids.map((id) => ({ id, version: 1, told: [], deletedAt: null, cause: NO_CAUSE }));
  const reads = {
    usersErasedSince: async (ms: number) => (ms > 86_400_000 ? people : clock.recent),
    async toErase(walks: readonly Walk[], limit: number) {
      const theirs = walks.find(({ userId }) => userId === 'user-7');
      if (theirs !== undefined) from.push(theirs.after);
      const some = theirs === undefined ? [] : [...kept].slice(0, limit);
      if (theirs !== undefined) rounds.push(some.length);
      return { found: found(some), walks: walks.map((walk) => (walk === theirs && kept.size > 0 ? walk : { ...walk, after: 'the last', isOver: true })) };
    },
    deliveredToErase: async () => [],
  };
  const messages = {
    async forgetAnswersTo(owners: readonly string[]) {
      asked.push(owners.length);
      return 0;
    },
  };
  return { kept, rounds, asked, from, clock, reads, messages };
}

test('all orders of a user are erased in rounds of 25, without waiting for the next second; users are looked up in groups', async () => {
  const { kept, rounds, asked, reads, messages } = someoneWith(110);
  const job = erasure(reads, async ({ id }) => void kept.delete(id), messages);
  await job.run(new AbortController().signal);
  expect(rounds).toEqual([25, 25, 25, 25, 10, 0]);
  expect(asked).toEqual([200, 200, 50]);
  expect(kept.size).toBe(0);
});

test('it stops between two rounds when its process stops, and the next run goes on from there', async () => {
  const { kept, reads, messages } = someoneWith(230);
  const stopping = new AbortController();
  const job = erasure(
    reads,
    async ({ id }) => {
      kept.delete(id);
      if (id === 'order-60') stopping.abort();
    },
    messages,
  );
  await job.run(stopping.signal);
  expect(kept.size).toBe(155);
  await job.run(new AbortController().signal);
  expect(kept.size).toBe(0);
});

test('orders that cannot be erased yet are tried again in the next second, no sooner', async () => {
  const { kept, rounds, reads, messages } = someoneWith(70);
  const job = erasure(reads, async () => undefined, messages);
  await job.run(new AbortController().signal);
  expect(rounds).toEqual([25, 25]);
  expect(kept.size).toBe(70);
});

test('orders of a deleted user are walked from the first, then those after the last, and once more from the first when no new ones can come', async () => {
  const { from, clock, reads, messages } = someoneWith(0);
  const job = erasure(reads, async () => undefined, messages);
  const second = () => job.run(new AbortController().signal);
  await second();
  await second();
  clock.recent = [];
  await second();
  await second();
  expect(from).toEqual(['', 'the last', '']);
});

test('an order that cannot be erased delays no other, and is reported', async () => {
  const { kept, reads, messages } = someoneWith(3);
  const delivered = { ...reads, deliveredToErase: async () => (kept.has('parcel') ? [{ id: 'parcel', version: 1, told: [], deletedAt: null, cause: NO_CAUSE }] : []) };
  kept.add('parcel');
  const erase = async ({ id }: ToErase) => {
    if (id === 'order-1') throw new Error('no');
    kept.delete(id);
  };
  const job = erasure(delivered, erase, messages);
  await job.run(new AbortController().signal).then(
    () => expect.unreachable(),
    (error: unknown) => expect(error).toMatchObject({ name: 'FailuresOfSome', message: '1 of them failed' }),
  );
  expect([...kept]).toEqual(['order-1']);
});
