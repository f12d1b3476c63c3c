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

const LIMIT_MS = 60_000;
const LOOK_AGAIN_MS = 250;

/** Waits until every accepted order has ended and reads from the log when that was. */
export async function settledOrders(records: ShopRecords, { accepted }: LoadResult): Promise<Settled> {
  const limit = performance.now() + LIMIT_MS;
  for (;;) {
    // A look at the table is cheap; the log is read when there is something to be found in it.
    const settled = (await openOrders(records)) === 0 ? await readEnds(records, accepted) : undefined;
    const missing = accepted.size - (settled === undefined ? 0 : settled.completeMs.length + settled.otherEnds);
    if (settled !== undefined && missing === 0) return settled;
    if (performance.now() > limit) throw new Error(`${missing} orders have not ended within ${LIMIT_MS} ms`);
    await Bun.sleep(LOOK_AGAIN_MS);
  }
}

function openOrders(records: ShopRecords): Promise<number> {
  return records.sql('order', async (rows) => {
    const [row] = await rows<{ open: number }>(
      "select count(*) as open from orders where status in ('placed', 'awaiting_payment')",
    );
    return row?.open ?? 0;
  });
}

async function readEnds(records: ShopRecords, accepted: ReadonlyMap<string, number>): Promise<Settled> {
  const completed = new Map<string, number>();
  const others = new Set<string>();
  for (const { topic, key, timestamp } of await records.logged(['order.completed', 'order.rejected', 'order.cancelled'])) {
    if (!accepted.has(key)) continue;
    if (topic !== 'order.completed') others.add(key);
    else if (!completed.has(key)) completed.set(key, timestamp);
  }
  const completeMs = [...completed].map(([id, at]) => at - (accepted.get(id) ?? at));
  const times = [...completed.values()].toSorted((a, b) => a - b);
  return { completeMs, otherEnds: others.size, firstAt: times[0] ?? 0, lastAt: times.at(-1) ?? 0 };
}
