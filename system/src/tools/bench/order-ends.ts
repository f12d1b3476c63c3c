import { allOf } from '../../verify/batches.ts';
import type { ShopRecords } from '../../verify/shop-records.ts';

/** The end of one order, according to the log. */
export interface OrderEnd {
  readonly outcome: 'completed' | 'rejected' | 'cancelled';
  /** The reason of a cancellation; empty otherwise. */
  readonly reason: string;
  /** Time of `order.completed` in the log, epoch milliseconds; undefined: it was never completed. A cancellation may come after it. */
  readonly completedAt: number | undefined;
}

export type OrderEnds = ReadonlyMap<string, OrderEnd>;

/** Waiting ends if the number of orders under way has not fallen for this long. */
const STILL_LIMIT_MS = 120_000;
const LOOK_AGAIN_MS = 250;
/** Once no order is under way in the database, all ends must be in the log within this time, or something is wrong. */
const LOG_LIMIT_MS = 120_000;

/**
 * Waits until no order is under way any more, as long as their number falls: a backlog may take minutes. Looks seldom, and at one
 * table only, because looking loads the measured shop.
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
  /** Age of the oldest one; 0 if there is none. */
  readonly oldestMs: number;
}

/** Counts the orders under way; `placed_at` is by the shop's own clock. */
export function waitingOrders(records: ShopRecords): Promise<WaitingOrders> {
  return records.sql('order', async (rows) => {
    const [row] = await allOf(
      rows<{ open: number; oldest: number | null }>("select count(*) as open, min(placed_at) as oldest from orders where status in ('placed', 'awaiting_payment')"),
    );
    const oldest = row?.oldest ?? null;
    return { open: row?.open ?? 0, oldestMs: oldest === null ? 0 : Math.max(0, Math.round(Date.now() - oldest)) };
  });
}

/** Waits until the log has the end of each of these orders. Call it when all have ended; their last events may still be under way. */
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

/** An order that is completed twice counts with its first completion; the checker reports it. */
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

/** Messages of different topics have no order: a cancellation counts as the last end of its order. */
function endOf(topic: string, value: string, known: OrderEnd | undefined, completedAt: number | undefined): OrderEnd {
  if (topic === 'order.cancelled') return { outcome: 'cancelled', reason: reasonIn(value), completedAt };
  if (known?.outcome === 'cancelled') return { ...known, completedAt };
  return { outcome: topic === 'order.rejected' ? 'rejected' : 'completed', reason: '', completedAt };
}

function reasonIn(value: string): string {
  const { reason } = JSON.parse(value) as { reason?: string };
  return reason ?? 'no reason';
}
