import { describe, expect, test } from 'bun:test';
import { fronts, passDeadlines } from '../../src/jobs/pass-deadlines.ts';
import type { WaitingOrder } from '../../src/storage/order-store.ts';
import { DEADLINES, NOW } from '../orders.ts';

const LIMITS = { placed: 3_600_000, awaiting_payment: 86_400_000 };

/** Order's deadlines in virtual time, with the others played by the test: one order is placed each second. */
function played() {
  let second = 0;
  const at = () => NOW + second * 1000;
  const evidence = fronts(DEADLINES, () => second * 1000);
  const waiting = new Map<string, WaitingOrder>();
  const cancelled: { readonly id: string; readonly after: number }[] = [];
  let unsentSince: number | null = null;
  const job = passDeadlines(
    {
      reads: {
        sending: async () => ({ now: at(), unsentSince }),
        overdueOrders: async (upTo, limit) => [...waiting.values()].filter(({ status, askedAt }) => askedAt + DEADLINES[status] <= upTo).slice(0, limit),
        tracesOf: async (orders) => orders.map(({ id }) => ({ id, traceparent: null })),
      },
      timeouts: DEADLINES,
      limits: LIMITS,
      fronts: evidence,
    },
    async ({ id }) => {
      cancelled.push({ id, after: (at() - (waiting.get(id)?.askedAt ?? 0)) / 1000 });
      waiting.delete(id);
    },
  );
  function place(status: WaitingOrder['status'] = 'placed'): string {
    const id = Bun.randomUUIDv7();
    waiting.set(id, { id, status, version: 1, askedAt: at() });
    return id;
  }
  return {
    cancelled,
    place,
    answer(id: string): void {
      const order = waiting.get(id);
      if (order !== undefined) evidence.answered(order.status, id, order.askedAt);
      waiting.delete(id);
    },
    waiting: () => [...waiting.keys()],
    unsent: (since: number | null) => (unsentSince = since),
    now: at,
    async seconds(count: number, each: () => void = () => undefined) {
      for (let passed = 0; passed < count; passed += 1) {
        second += 1;
        each();
        await job.run(new AbortController().signal);
      }
    },
  };
}

type Played = ReturnType<typeof played>;

/** Orders come, and each is answered a second later, but for these. */
const business = (shop: Played, ...lost: readonly string[]) => () => {
  for (const id of shop.waiting()) if (!lost.includes(id)) shop.answer(id);
  for (let placed = 0; placed < 5; placed += 1) shop.place();
};

test('no order is cancelled because of an outage of 60 s, or of the queue after it', async () => {
  const shop = played();
  await shop.seconds(100, business(shop));
  await shop.seconds(60, () => void shop.place());
  const line = shop.waiting();
  // It goes on at half the speed of before.
  await shop.seconds(200, () => {
    for (const id of line.splice(0, 1)) shop.answer(id);
    shop.place();
  });
  expect(shop.cancelled).toEqual([]);
});

test('an order without an answer is cancelled after its time-out when others are answered', async () => {
  const shop = played();
  await shop.seconds(10, business(shop));
  const lost = shop.place();
  await shop.seconds(60, business(shop, lost));
  expect(shop.cancelled).toEqual([{ id: lost, after: expect.any(Number) }]);
  expect(shop.cancelled[0]?.after).toBeWithin(30, 40);
});

test('an outage does not count for requests made before it', async () => {
  const shop = played();
  await shop.seconds(10, business(shop));
  const lost = shop.place();
  await shop.seconds(10, business(shop, lost));
  await shop.seconds(5);
  expect(shop.cancelled).toEqual([]);
});

test('no order of a partition is cancelled while that partition alone stands still', () => {
  const orders = Array.from({ length: 30 }, () => Bun.randomUUIDv7());
  let now = 0;
  const evidence = fronts({ placed: 1000, awaiting_payment: 1000 }, () => now);
  evidence.answered('placed', orders[0] ?? '', 5000);
  evidence.look(Infinity);
  now = 1000;
  const passed = orders.map((id) => evidence.passed('placed', id));
  expect(passed).toContain(5000);
  expect(passed).toContain(-Infinity);
});

test('a request counts from when it has left the outbox of its process', async () => {
  const shop = played();
  await shop.seconds(10, business(shop));
  const unsent = shop.place();
  shop.unsent(shop.now());
  await shop.seconds(120, business(shop, unsent));
  expect(shop.cancelled).toEqual([]);
  shop.unsent(null);
  await shop.seconds(29, business(shop, unsent));
  expect(shop.cancelled).toEqual([]);
  await shop.seconds(5, business(shop, unsent));
  expect(shop.cancelled.map(({ id }) => id)).toEqual([unsent]);
});

describe('without evidence that anybody is answered', () => {
  test('an order waits as long as its limit', async () => {
    const shop = played();
    const lone = shop.place();
    await shop.seconds(3599);
    expect(shop.cancelled).toEqual([]);
    await shop.seconds(2);
    expect(shop.cancelled).toEqual([{ id: lone, after: 3600 }]);
  });

  test('answers of Inventory say nothing about Payment, and the other way round', async () => {
    const shop = played();
    const unpaid = shop.place('awaiting_payment');
    await shop.seconds(2000, business(shop, unpaid));
    expect(shop.cancelled).toEqual([]);
    const lost = shop.place('awaiting_payment');
    await shop.seconds(1000, () => {
      business(shop, unpaid, lost)();
      for (let placed = 0; placed < 5; placed += 1) shop.place('awaiting_payment');
    });
    expect(shop.cancelled.map(({ id }) => id).toSorted()).toEqual([unpaid, lost].toSorted());
  });
});
