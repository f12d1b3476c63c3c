import { allOf } from '../../verify/batches.ts';
import type { ShopRecords } from '../../verify/shop-records.ts';

/** The end of one order, as the log tells it. */
export interface OrderEnd {
  readonly outcome: 'completed' | 'rejected' | 'cancelled';
  /** Of a cancellation; empty otherwise. */
  readonly reason: string;
  /** When `order.completed` stood in the log, epoch milliseconds; undefined: it was never completed. A cancellation may come after it. */
  readonly completedAt: number | undefined;
}

export type OrderEnds = ReadonlyMap<string, OrderEnd>;

/** Without one order fewer under way for so long, waiting ends. */
const STILL_LIMIT_MS = 120_000;
const LOOK_AGAIN_MS = 250;
/** Ends that are in no database any more stand in the log soon, or something is wrong. */
const LOG_LIMIT_MS = 120_000;

/**
 * Waits until no order is under way any more, as long as they get fewer: a backlog may take minutes. Looks seldom, and at a table
 * only: whoever is measured pays for it.
 */
export async function allEnded(records: ShopRecords, signal?: AbortSignal): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  let leastAt = performance.now();
  for (;;) {
    const lookedAt = performance.now();
    const { open } = await waitingOrders(records);
    if (open === 0 || signal?.aborted === true) return;
    if (open < least) [least, leastAt] = [open, performance.now()];
    if (performance.now() - leastAt > STILL_LIMIT_MS) throw new Error(`${open} orders have not ended, and none has for ${STILL_LIMIT_MS} ms`);
    await Bun.sleep(Math.max(LOOK_AGAIN_MS, 10 * (performance.now() - lookedAt)));
  }
}

export interface WaitingOrders {
  readonly open: number;
  /** Of the one that waits longest; 0 without any. */
  readonly oldestMs: number;
}

/** Orders under way, by the shop's own clock. */
export function waitingOrders(records: ShopRecords): Promise<WaitingOrders> {
  return records.sql('order', async (rows) => {
    const [row] = await allOf(
      rows<{ open: number; oldest: number | null }>("select count(*) as open, min(placed_at) as oldest from orders where status in ('placed', 'awaiting_payment')"),
    );
    const oldest = row?.oldest ?? null;
    return { open: row?.open ?? 0, oldestMs: oldest === null ? 0 : Math.max(0, Math.round(Date.now() - oldest)) };
  });
}

/** Waits until the log tells how each of these orders ended. To be called when all have; their last events may still be on the way. */
export async function orderEnds(records: ShopRecords, orders: Iterable<string>): Promise<OrderEnds> {
  const limit = performance.now() + LOG_LIMIT_MS;
  const wanted = [...orders];
  for (;;) {
    const ends = await readEnds(records);
    const missing = wanted.filter((id) => !ends.has(id)).length;
    if (missing === 0) return ends;
    if (performance.now() > limit) throw new Error(`the ends of ${missing} orders are not in the log after ${LOG_LIMIT_MS} ms`);
    await Bun.sleep(LOOK_AGAIN_MS);
  }
}

/** An order that is completed twice counts with the first time, and the checker says so. */
export async function readEnds(records: Pick<ShopRecords, 'logged'>): Promise<OrderEnds> {
  const ends = new Map<string, OrderEnd>();
  await records.logged(['order.completed', 'order.rejected', 'order.cancelled'], (messages) => {
    for (const { topic, key, timestamp, value } of messages) {
      const known = ends.get(key);
      const completedAt = known?.completedAt ?? (topic === 'order.completed' ? timestamp : undefined);
      ends.set(key, endOf(topic, value, known, completedAt));
    }
  });
  return ends;
}

/** There is no order between topics: whatever was cancelled in the end was cancelled last. */
function endOf(topic: string, value: string, known: OrderEnd | undefined, completedAt: number | undefined): OrderEnd {
  if (topic === 'order.cancelled') return { outcome: 'cancelled', reason: reasonIn(value), completedAt };
  if (known?.outcome === 'cancelled') return { ...known, completedAt };
  return { outcome: topic === 'order.rejected' ? 'rejected' : 'completed', reason: '', completedAt };
}

function reasonIn(value: string): string {
  const { reason } = JSON.parse(value) as { reason?: string };
  return reason ?? 'no reason';
}
