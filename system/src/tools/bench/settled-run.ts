import { type Percentiles, percentilesOf } from './load/latencies.ts';
import type { LoadResult } from './load/run-load.ts';
import type { OrderEnds } from './order-ends.ts';

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
