import type { Job } from '@souk/chassis/jobs';
import type { Metrics } from '@souk/chassis/metrics';
import { recently } from '@souk/chassis/recently';
import type { Report } from '@souk/chassis/report';
import { OrderStatus } from '@souk/contracts/saga';
import { OPEN_STATUSES, type OrderReads } from '../storage/order-store.ts';

type Counts = Readonly<Record<OrderStatus, number>>;

const STATUSES = OrderStatus.anyOf.map((status) => status.const);
const NONE: Counts = { placed: 0, awaiting_payment: 0, completed: 0, rejected: 0, cancelled: 0 };
const ENDED = STATUSES.filter((status) => !OPEN_STATUSES.some((open) => open === status));
/** Orders at once: a millisecond of the database's time. */
const PAGE = 5000;
const PAUSE_MS = 20;

/**
 * Gauges of orders by status, and of the oldest that has not ended. Those that are open are few, and counted when somebody
 * looks (every 5 s at most); all that have ended are counted by the job, a page at a time, every minute.
 */
export function orderGauges(
  metrics: Metrics,
  reads: Pick<OrderReads, 'countOrders' | 'oldestOpenMs'>,
  report: Report,
): Job {
  const failure = 'orders could not be counted';
  let ended: Partial<Counts> = {};
  const open = recently(() => countAll(reads, OPEN_STATUSES), {}, report, failure);
  const oldestMs = recently(() => reads.oldestOpenMs(), 0, report, failure);
  const labelled = { label: 'status', values: STATUSES };
  metrics.gauges('souk_orders', 'Orders by status', labelled, async () => ({ ...NONE, ...ended, ...(await open()) }));
  metrics.gauge('souk_orders_oldest_open_seconds', 'Time since the oldest order was placed that has not ended', async () => (await oldestMs()) / 1000);
  return {
    name: 'count orders',
    everyMs: 60_000,
    async run(signal) {
      ended = { ...ended, ...(await countAll(reads, ENDED, signal)) };
    },
  };
}

async function countAll(
  reads: Pick<OrderReads, 'countOrders'>,
  statuses: readonly OrderStatus[],
  stopping?: AbortSignal,
): Promise<Partial<Counts>> {
  const counts: Partial<Record<OrderStatus, number>> = {};
  for (const status of statuses) {
    let total = 0;
    for (let after: string | null = ''; after !== null; ) {
      if (stopping?.aborted === true) return counts;
      const page = await reads.countOrders(status, after, PAGE);
      total += page.count;
      after = page.last;
      if (after !== null) await Bun.sleep(PAUSE_MS);
    }
    counts[status] = total;
  }
  return counts;
}
