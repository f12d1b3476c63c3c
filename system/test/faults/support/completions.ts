import { until } from '@souk/chassis/testing/until';
import { allOf } from '../../../src/verify/batches.ts';
import type { ShopRecords } from '../../../src/verify/shop-records.ts';

const WINDOW_MS = 2000;
/** Of the offered rate: at a rate this small a window's edges alone move some orders from one window to the next. */
const FULL = 0.9;
const BETWEEN_LOOKS_MS = 200;

async function completedOrders(records: ShopRecords): Promise<number> {
  return records.sql('order', async (rows) => {
    const [row] = await allOf(rows<{ n: number }>("select count(*) as n from orders where status = 'completed'"));
    return row?.n ?? 0;
  });
}

async function ordersByStatus(records: ShopRecords): Promise<string> {
  return records.sql('order', async (rows) => {
    const counts = await allOf(
      rows<{ n: number; what: string }>('select count(*) as n, coalesce(reason, status) as what from orders group by what'),
    );
    return counts.map(({ n, what }) => `${n} ${what}`).join(', ');
  });
}

/** Waits until so many more orders have completed than at the call. */
export async function completing(records: ShopRecords, more: number, limitMs = 30_000): Promise<void> {
  const wanted = (await completedOrders(records)) + more;
  try {
    await until(`${more} more completed orders`, async () => (await completedOrders(records)) >= wanted, limitMs);
  } catch (cause) {
    // What most orders are tells who of the five stands still.
    throw new Error(`${more} more orders do not complete; there are ${await ordersByStatus(records)}`, { cause });
  }
}

interface Look {
  readonly at: number;
  readonly completed: number;
}

/**
 * Waits until orders complete at the offered rate in two windows of 2 s one after the other; answers after how many
 * milliseconds, from the call, the first of the two was over. The second shows that it lasts.
 */
export async function fullRate(records: ShopRecords, rate: number, limitMs: number): Promise<number> {
  const startAt = performance.now();
  const looks: Look[] = [];
  const least = (rate * FULL * WINDOW_MS) / 1000;

  async function look(): Promise<number | undefined> {
    const completed = await completedOrders(records);
    const now = { at: performance.now(), completed };
    looks.push(now);
    await Bun.sleep(BETWEEN_LOOKS_MS);
    const middle = looks.findLast(({ at }) => at <= now.at - WINDOW_MS);
    if (middle === undefined) return undefined;
    const first = looks.findLast(({ at }) => at <= middle.at - WINDOW_MS);
    if (first === undefined || !isFull(first, middle) || !isFull(middle, now)) return undefined;
    return middle.at - startAt;
  }

  const isFull = (from: Look, to: Look) => ((to.completed - from.completed) * WINDOW_MS) / (to.at - from.at) >= least;
  try {
    return await until('orders complete at the offered rate', look, limitMs);
  } catch (cause) {
    const rates = looks.map(({ at, completed }) => `${Math.round(at - startAt)} ms: ${completed}`);
    throw new Error(`orders do not complete at ${rate}/s; completed after ${rates.join(', ')}`, { cause });
  }
}
