import { expect, test } from 'bun:test';
import { createMetrics, type Metrics } from '@souk/chassis/telemetry/metrics';
import type { OrderStatus } from '@souk/contracts/saga';
import { orderGauges, orderTally } from '../../src/jobs/count-orders.ts';

const THERE: Readonly<Record<OrderStatus, number>> = { placed: 3, awaiting_payment: 1, completed: 12_001, rejected: 0, cancelled: 5000 };
/** Of these no older one is open. */
const SETTLED: Readonly<Record<OrderStatus, number>> = { placed: 0, awaiting_payment: 0, completed: 11_000, rejected: 0, cancelled: 5000 };

const never = (error: unknown) => {
  throw error;
};

/** Orders whose ids are numbers; `pages`: how many each question went through. */
function counted() {
  const pages: number[] = [];
  const noted = new Map<OrderStatus, number>();
  const noteOf = (status: OrderStatus) => noted.get(status) ?? 0;
  const reads = {
    async countOrders(status: OrderStatus, after: string, limit: number) {
      const count = Math.min(limit, THERE[status] - Number(after));
      pages.push(count);
      return { count, last: count < limit ? null : String(Number(after) + count) };
    },
    counted: async (status: OrderStatus) => ({ count: noteOf(status), upTo: String(noteOf(status)) }),
    agesOfOldest: async (status: OrderStatus) => (status === 'placed' ? [40_000, 31_000, 10_000] : []),
    oldestOpenMs: async () => 4500,
  };
  async function countEnded(status: OrderStatus, limit: number) {
    const count = Math.min(limit, SETTLED[status] - noteOf(status));
    pages.push(count);
    noted.set(status, noteOf(status) + count);
    return count;
  }
  return { pages, store: { reads, countEnded } };
}

function gauges(metrics: Metrics, store: ReturnType<typeof counted>['store'], now?: () => number) {
  const tally = orderTally(store, now);
  orderGauges(metrics, tally, store.reads, never);
  return tally;
}

test('open orders are counted when metrics are read, ended ones by the job, 5,000 at a time at most', async () => {
  const { pages, store } = counted();
  const metrics = createMetrics({ service: 'order', ownsProcess: false });
  const { job } = gauges(metrics, store);
  const before = await metrics.scrape();
  expect(before).toContain('souk_orders{status="placed",service="order"} 3');
  expect(before).toContain('souk_orders{status="completed",service="order"} 0');
  expect(before).toContain('souk_orders_placed_older{than="30s",service="order"} 2');
  expect(before).toContain('souk_orders_awaiting_payment_older{than="5s",service="order"} 0');
  expect(before).toContain('souk_orders_oldest_open_seconds{service="order"} 4.5');

  await job.run(new AbortController().signal);
  const after = await metrics.scrape();
  for (const [status, count] of Object.entries(THERE)) expect(after).toContain(`souk_orders{status="${status}",service="order"} ${count}`);
  expect(pages).toEqual([3, 1, 5000, 5000, 1000, 0, 5000, 0, 1001, 0, 0]);
});

test('an ended order is counted once: the next minute reads only later ones', async () => {
  const { pages, store } = counted();
  const metrics = createMetrics({ service: 'order', ownsProcess: false });
  const { job } = gauges(metrics, store);
  await job.run(new AbortController().signal);
  pages.length = 0;
  await job.run(new AbortController().signal);
  expect(pages).toEqual([0, 0, 0, 1001, 0, 0]);
  expect(await metrics.scrape()).toContain('souk_orders{status="completed",service="order"} 12001');
});

test('an interrupted count keeps the previous figures', async () => {
  const { store } = counted();
  const metrics = createMetrics({ service: 'order', ownsProcess: false });
  const { job } = gauges(metrics, store);
  await job.run(new AbortController().signal);
  const stopping = new AbortController();
  stopping.abort();
  await job.run(stopping.signal);
  expect(await metrics.scrape()).toContain('souk_orders{status="completed",service="order"} 12001');
});

test('whoever asks has ended orders counted now, from where the job has counted them', async () => {
  const { pages, store } = counted();
  const tally = orderTally(store);
  await tally.job.run(new AbortController().signal);
  pages.length = 0;
  expect(await tally.counts()).toEqual(THERE);
  expect(pages).toEqual([1001, 0, 0, 3, 1]);
});

test('but not where that takes long: then the job’s count is told', async () => {
  const { pages, store } = counted();
  let ms = 0;
  const slowly = { ...store.reads, counted: (status: OrderStatus) => ((ms += 50), store.reads.counted(status)) };
  const tally = orderTally({ ...store, reads: slowly }, () => ms);
  expect(await tally.counts()).toEqual(THERE);
  pages.length = 0;
  expect(await tally.counts()).toEqual(THERE);
  expect(pages).toEqual([3, 1]);
});
