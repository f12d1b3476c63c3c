import type { Job } from '@souk/chassis/engine/jobs';
import { type Metrics, recently } from '@souk/chassis/telemetry/metrics';
import type { Report } from '@souk/chassis/telemetry/report';
import { OrderStatus } from '@souk/contracts/saga';
import { OPEN_STATUSES, type OrderReads, type OrderStore } from '../storage/order-store.ts';

type Counts = Readonly<Record<OrderStatus, number>>;
type CountedStore = Pick<OrderStore, 'countEnded'> & { readonly reads: Pick<OrderReads, 'countOrders' | 'counted' | 'agesOfOldest' | 'oldestOpenMs'> };

const STATUSES = OrderStatus.anyOf.map((status) => status.const);
const NONE: Counts = { placed: 0, awaiting_payment: 0, completed: 0, rejected: 0, cancelled: 0 };
const ENDED = STATUSES.filter((status) => !OPEN_STATUSES.some((open) => open === status));
/** Orders per query: one millisecond of the database's time. */
const PAGE = 5000;
const PAUSE_MS = 20;
/** A count of ended orders that took longer is made again by the job only. With its pauses it has read some 20,000 entries of an index by then. */
const BRIEF_MS = 100;
/** Seconds. */
const AGES = { '5s': 5, '30s': 30, '5m': 300, '1h': 3600 } as const;
type Age = keyof typeof AGES;
const AGE_NAMES = ['5s', '30s', '5m', '1h'] as const satisfies Age[];
const NONE_OLDER: Readonly<Record<Age, number>> = { '5s': 0, '30s': 0, '5m': 0, '1h': 0 };
/** Number of the oldest orders whose age is read. */
const OLDER_LIMIT = 1000;

/** Numbers of orders by status. */
export interface OrderTally {
  /** Ended orders as they were counted last; empty before the first time. */
  ended(): Partial<Counts>;
  /** All orders: open ones as they are now, and so are ended ones, except where so many ended lately that counting them takes long. */
  counts(): Promise<Counts>;
  readonly job: Job;
}

/**
 * Open orders are few: they are counted when they are asked for. Ended orders are counted by a job every minute, a page at a time. Those before the
 * oldest open order and before the last minutes are counted once and for all, only later ones again. So the cost of a count depends on recent orders,
 * not on the total.
 */
export function orderTally(store: CountedStore, now: () => number = () => performance.now()): OrderTally {
  const { reads } = store;
  let ended: Partial<Counts> = {};
  let tookMs = 0;

  async function countEnded(signal?: AbortSignal): Promise<void> {
    const counts: Partial<Record<OrderStatus, number>> = {};
    const begunAt = now();
    for (const status of ENDED) {
      const { count, upTo } = await reads.counted(status);
      counts[status] = count + (await ordersAfter(reads, status, upTo, signal));
      if (signal?.aborted === true) return;
    }
    ended = counts;
    tookMs = now() - begunAt;
  }

  return {
    ended: () => ended,
    async counts() {
      if (tookMs <= BRIEF_MS) await countEnded();
      return { ...NONE, ...ended, ...(await openOrders(reads)) };
    },
    job: {
      name: 'count orders',
      everyMs: 60_000,
      async run(signal) {
        for (const status of ENDED) {
          while (!signal.aborted && (await store.countEnded(status, PAGE)) === PAGE) await Bun.sleep(PAUSE_MS);
        }
        if (!signal.aborted) await countEnded(signal);
      },
    },
  };
}

/** Gauges of orders by status, and of the age of the oldest open one. They are read every 5 s at most. */
export function orderGauges(metrics: Metrics, tally: Pick<OrderTally, 'ended'>, reads: CountedStore['reads'], report: Report): void {
  const failure = 'orders could not be counted';
  const open = recently(() => openOrders(reads), {}, report, failure);
  const oldestMs = recently(() => reads.oldestOpenMs(), 0, report, failure);
  const labelled = { label: 'status', values: STATUSES };
  metrics.gauges('souk_orders', 'Orders by status', labelled, async () => ({ ...NONE, ...tally.ended(), ...(await open()) }));
  metrics.gauge('souk_orders_oldest_open_seconds', 'Age of the oldest order that has not ended', async () => (await oldestMs()) / 1000);
  for (const status of OPEN_STATUSES) {
    const older = recently(() => countOlder(reads, status), NONE_OLDER, report, failure);
    const help = `Orders that are ${status} and were placed longer ago than this, of the oldest ${OLDER_LIMIT}`;
    metrics.gauges(`souk_orders_${status}_older`, help, { label: 'than', values: AGE_NAMES }, older);
  }
}

async function openOrders(reads: Pick<OrderReads, 'countOrders'>): Promise<Partial<Counts>> {
  const counts: Partial<Record<OrderStatus, number>> = {};
  for (const status of OPEN_STATUSES) counts[status] = await ordersAfter(reads, status, '');
  return counts;
}

async function ordersAfter(reads: Pick<OrderReads, 'countOrders'>, status: OrderStatus, from: string, stopping?: AbortSignal): Promise<number> {
  let total = 0;
  for (let after: string | null = from; after !== null; ) {
    if (stopping?.aborted === true) return total;
    const page = await reads.countOrders(status, after, PAGE);
    total += page.count;
    after = page.last;
    if (after !== null) await Bun.sleep(PAUSE_MS);
  }
  return total;
}

async function countOlder(reads: Pick<OrderReads, 'agesOfOldest'>, status: OrderStatus): Promise<Readonly<Record<Age, number>>> {
  const ages = await reads.agesOfOldest(status, OLDER_LIMIT);
  const older = (age: Age) => ages.filter((ms) => ms > AGES[age] * 1000).length;
  return { '5s': older('5s'), '30s': older('30s'), '5m': older('5m'), '1h': older('1h') };
}
