import { build } from 'hdr-histogram-js';
import type { Usage } from './bench-shop.ts';
import type { LoadResult } from './run-load.ts';
import type { Settled } from './settled-orders.ts';

export interface Measurement {
  readonly rate: number;
  readonly run: LoadResult;
  readonly settled: Settled;
  readonly before: Readonly<Record<string, Usage>>;
  readonly after: Readonly<Record<string, Usage>>;
}

const COLUMNS = ['offered/s', 'accepted/s', 'completed/s', 'refused', 'answer p50', 'p99 ms', 'complete p50', 'p99 ms', 'CPU us/order', 'MB'];

export const REPORT_HEAD = COLUMNS.map((name) => name.padStart(12)).join(' ');

/** Completed per second counts from the first completion to the last: a backlog that drains afterwards lowers it. */
export function reportLine({ rate, run, settled, before, after }: Measurement): string {
  const completed = settled.completeMs.length;
  const answers = percentiles(run.answerMs);
  const completions = percentiles(settled.completeMs);
  const values = [
    rate,
    perSecond(run.accepted.size, run.elapsedMs),
    perSecond(completed, settled.lastAt - settled.firstAt),
    sumOf(run.refused.values()),
    ...answers,
    ...completions,
    total(usedBy(before, after, completed), ({ microseconds }) => microseconds),
    total(usedBy(before, after, completed), ({ residentMb }) => residentMb),
  ];
  return values.map((value) => String(value).padStart(12)).join(' ');
}

/** Orders that were not completed, if any: by the status that refused them, or accepted and ended otherwise. */
export function missedLine({ rate, run, settled }: Measurement): readonly string[] {
  const refused = [...run.refused].map(([status, orders]) => `${orders} refused with ${status}`);
  const otherwise = settled.otherEnds === 0 ? [] : [`${settled.otherEnds} accepted and not completed`];
  const missed = [...refused, ...otherwise];
  return missed.length === 0 ? [] : [`of ${rate}/s: ${missed.join(', ')}`];
}

/** What each process and server has used for an order, when there are several. */
export function usageLines({ settled, before, after }: Measurement): readonly string[] {
  const used = usedBy(before, after, settled.completeMs.length);
  if (used.length === 1) return [];
  return used.map(({ name, microseconds, residentMb }) => {
    const cpu = `${microseconds} us CPU per order`;
    return `${name.padStart(12)} ${cpu.padStart(26)} ${`${residentMb} MB`.padStart(8)}`;
  });
}

interface Used {
  readonly name: string;
  readonly microseconds: number;
  readonly residentMb: number;
}

function usedBy(before: Measurement['before'], after: Measurement['after'], orders: number): Used[] {
  return Object.entries(after).map(([name, { cpuMs, residentMb }]) => ({
    name,
    microseconds: Math.round(((cpuMs - (before[name]?.cpuMs ?? 0)) * 1000) / Math.max(1, orders)),
    residentMb,
  }));
}

function total(used: readonly Used[], of: (one: Used) => number): number {
  return used.reduce((sum, one) => sum + of(one), 0);
}

function sumOf(values: Iterable<number>): number {
  return [...values].reduce((sum, value) => sum + value, 0);
}

function perSecond(count: number, ms: number): number {
  return Math.round((count * 1000) / Math.max(1, ms));
}

function percentiles(values: readonly number[]): [number, number] {
  const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 600_000, numberOfSignificantValueDigits: 3 });
  for (const value of values) histogram.recordValue(Math.max(1, Math.round(value)));
  return [histogram.getValueAtPercentile(50), histogram.getValueAtPercentile(99)];
}
