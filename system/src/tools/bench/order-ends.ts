import { allOf } from '../../verify/batches.ts';
import type { ShopRecords } from '../../verify/shop-records.ts';
import { type Percentiles, percentilesOf } from './load/latencies.ts';
import type { LoadResult } from './load/run-load.ts';

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

/** Reasons of cancellations by a deadline, and not by a person. */
const DEADLINES: ReadonlySet<string> = new Set(['inventory_timeout', 'payment_expired']);

/** Outcomes of the accepted orders of one run, according to the log. */
export interface SettledRun {
  /** Orders by their end: `completed`, `rejected`, `cancelled: payment_declined` and so on; `no end yet` in a run that was cut short. */
  readonly ends: Readonly<Record<string, number>>;
  /** All completed orders, also those that were cancelled afterwards. */
  readonly completed: number;
  /** Completed while the run was sending. */
  readonly completedInWindow: number;
  /** From the end of sending until the last of its orders was completed. */
  readonly drainMs: number;
  /** From an order's due time until its completion was in the log. */
  readonly complete: Percentiles;
  readonly byDeadline: number;
  readonly seconds: readonly SecondOfCompletion[];
}

/** One second of a run: the orders completed in it, and the times of those that were due in it. */
export interface SecondOfCompletion {
  completed: number;
  readonly completeMs: number[];
}

export function settledRun({ accepted, startedAt, elapsedMs }: Pick<LoadResult, 'accepted' | 'startedAt' | 'elapsedMs'>, all: OrderEnds): SettledRun {
  const ends: Record<string, number> = {};
  const took: number[] = [];
  const seconds: SecondOfCompletion[] = [];
  const endAt = startedAt + elapsedMs;
  let completedInWindow = 0;
  let byDeadline = 0;
  let lastAt = endAt;
  for (const [id, { dueAt }] of accepted) {
    const end = all.get(id);
    const name = end === undefined ? 'no end yet' : end.outcome === 'cancelled' ? `cancelled: ${end.reason}` : end.outcome;
    ends[name] = (ends[name] ?? 0) + 1;
    if (end !== undefined && DEADLINES.has(end.reason)) byDeadline += 1;
    if (end?.completedAt === undefined) continue;
    // Another process's clock may be slightly behind.
    const ms = Math.max(0, end.completedAt - dueAt);
    took.push(ms);
    secondAt(seconds, dueAt - startedAt).completeMs.push(ms);
    secondAt(seconds, end.completedAt - startedAt).completed += 1;
    if (end.completedAt <= endAt) completedInWindow += 1;
    lastAt = Math.max(lastAt, end.completedAt);
  }
  return { ends, completed: took.length, completedInWindow, drainMs: Math.round(lastAt - endAt), complete: percentilesOf(took), byDeadline, seconds };
}

function secondAt(seconds: SecondOfCompletion[], ms: number): SecondOfCompletion {
  const at = Math.max(0, Math.floor(ms / 1000));
  for (;;) {
    const found = seconds[at];
    if (found !== undefined) return found;
    seconds.push({ completed: 0, completeMs: [] });
  }
}
