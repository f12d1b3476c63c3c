import { expect, test } from 'bun:test';
import { NO_CAUSE } from '@souk/chassis/writer/input';
import { erasure } from '../../src/jobs/erase-addresses.ts';
import type { ToErase } from '../../src/storage/order-store.ts';

/** A person with this many orders; `erase` takes them out as far as it is let. */
function someoneWith(orders: number) {
  const kept = new Set(Array.from({ length: orders }, (_, n) => `order-${n}`));
  const rounds: number[] = [];
  const asked: number[] = [];
  const reads = {
    usersErasedSince: async () => Array.from({ length: 450 }, (_, n) => `user-${n}`),
    async toErase(_ms: number, limit: number): Promise<readonly ToErase[]> {
      const found = [...kept].slice(0, limit);
      rounds.push(found.length);
      return found.map((id) => ({ id, version: 1, told: [], deletedAt: null, cause: NO_CAUSE }));
    },
  };
  const messages = {
    async forgetAnswersTo(owners: readonly string[]) {
      asked.push(owners.length);
      return 0;
    },
  };
  return { kept, rounds, asked, reads, messages };
}

test('all orders of somebody are erased in rounds of 25, without waiting for the next second; people are asked about in groups', async () => {
  const { kept, rounds, asked, reads, messages } = someoneWith(110);
  const job = erasure(reads, async ({ id }) => void kept.delete(id), messages);
  await job.run(new AbortController().signal);
  expect(rounds).toEqual([25, 25, 25, 25, 10]);
  expect(asked).toEqual([200, 200, 50]);
  expect(kept.size).toBe(0);
});

test('it stops between two rounds when its process does, and the next run goes on from there', async () => {
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

test('orders that cannot be erased yet are not tried again and again, but with the next second', async () => {
  const { kept, rounds, reads, messages } = someoneWith(70);
  const job = erasure(reads, async () => undefined, messages);
  await job.run(new AbortController().signal);
  expect(rounds).toEqual([25, 25]);
  expect(kept.size).toBe(70);
});
