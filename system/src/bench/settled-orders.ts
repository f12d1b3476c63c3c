import { openLogReader } from '@souk/chassis/log/log-reader';
import { shopFiles } from '../embedded/shop-files.ts';
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

/** Waits until every accepted order has ended and reads from the log when that was. */
export async function settledOrders(folder: string, { accepted }: LoadResult): Promise<Settled> {
  const limit = performance.now() + LIMIT_MS;
  for (;;) {
    const settled = readEnds(folder, accepted);
    const missing = accepted.size - settled.completeMs.length - settled.otherEnds;
    if (missing === 0) return settled;
    if (performance.now() > limit) throw new Error(`${missing} orders have not ended within ${LIMIT_MS} ms`);
    await Bun.sleep(250);
  }
}

function readEnds(folder: string, accepted: ReadonlyMap<string, number>): Settled {
  const reader = openLogReader(shopFiles(folder).log);
  try {
    const completed = new Map<string, number>();
    for (const { key, timestamp } of reader.records('order.completed')) {
      if (accepted.has(key) && !completed.has(key)) completed.set(key, timestamp);
    }
    const others = new Set<string>();
    for (const topic of ['order.rejected', 'order.cancelled']) {
      for (const { key } of reader.records(topic)) if (accepted.has(key)) others.add(key);
    }
    const completeMs = [...completed].map(([id, at]) => at - (accepted.get(id) ?? at));
    const times = [...completed.values()].toSorted((a, b) => a - b);
    return { completeMs, otherEnds: others.size, firstAt: times[0] ?? 0, lastAt: times.at(-1) ?? 0 };
  } finally {
    reader.close();
  }
}
