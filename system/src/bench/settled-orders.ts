import { until } from '@souk/chassis/testing/until';
import { allOf } from '../verify/batches.ts';
import type { ShopRecords } from '../verify/shop-records.ts';
import type { LoadResult } from './run-load.ts';

export interface Settled {
  /** Milliseconds from when an order should have been sent until its completion stood in the log. */
  readonly completeMs: readonly number[];
  readonly otherEnds: number;
  /** epoch milliseconds of the first and the last completion */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Order id -> how it ended, as the log says. */
export type OrderEnds = ReadonlyMap<string, { readonly completed: boolean; readonly at: number }>;

const LIMIT_MS = 60_000;
const LOOK_AGAIN_MS = 250;

/** Waits until no order is under way any more. Looks seldom, and at a table only: whoever is measured pays for it. */
export async function allEnded(records: ShopRecords): Promise<void> {
  const limit = performance.now() + LIMIT_MS;
  for (;;) {
    const open = await openOrders(records);
    if (open === 0) return;
    if (performance.now() > limit) throw new Error(`${open} orders have not ended within ${LIMIT_MS} ms`);
    await Bun.sleep(LOOK_AGAIN_MS);
  }
}

/** Waits until the log tells how each of these orders ended. To be called when all have; their last events may still be on the way. */
export function orderEnds(records: ShopRecords, orders: readonly string[]): Promise<OrderEnds> {
  const told = async () => {
    const ends = await readEnds(records);
    return orders.every((id) => ends.has(id)) && ends;
  };
  return until(`the ends of ${orders.length} orders in the log`, told, LIMIT_MS);
}

/** What became of the orders of one run. */
export function settledOrders({ accepted }: LoadResult, ends: OrderEnds): Settled {
  const completeMs: number[] = [];
  const times: number[] = [];
  for (const [id, dueAt] of accepted) {
    const end = ends.get(id);
    if (end?.completed !== true) continue;
    completeMs.push(end.at - dueAt);
    times.push(end.at);
  }
  times.sort((a, b) => a - b);
  return { completeMs, otherEnds: accepted.size - completeMs.length, firstAt: times[0] ?? 0, lastAt: times.at(-1) ?? 0 };
}

function openOrders(records: ShopRecords): Promise<number> {
  return records.sql('order', async (rows) => {
    const [row] = await allOf(
      rows<{ open: number }>("select count(*) as open from orders where status in ('placed', 'awaiting_payment')"),
    );
    return row?.open ?? 0;
  });
}

/** An order that ends twice counts with its first end, and the checker says so. */
async function readEnds(records: ShopRecords): Promise<OrderEnds> {
  const ends = new Map<string, { completed: boolean; at: number }>();
  await records.logged(['order.completed', 'order.rejected', 'order.cancelled'], (messages) => {
    for (const { topic, key, timestamp } of messages) {
      if (!ends.has(key)) ends.set(key, { completed: topic === 'order.completed', at: timestamp });
    }
  });
  return ends;
}
