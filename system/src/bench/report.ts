import { build } from 'hdr-histogram-js';
import type { LoadResult } from './run-load.ts';
import type { Settled } from './settled-orders.ts';

interface Measurement {
  readonly rate: number;
  readonly run: LoadResult;
  readonly settled: Settled;
  readonly cpuMs: number;
  readonly residentMb: number;
}

const COLUMNS = ['offered/s', 'accepted/s', 'completed/s', 'refused', 'answer p50', 'p99 ms', 'complete p50', 'p99 ms', 'CPU us/order', 'MB'];

export const REPORT_HEAD = COLUMNS.map((name) => name.padStart(12)).join(' ');

/** Completed per second counts from the first completion to the last: a backlog that drains afterwards lowers it. */
export function reportLine({ rate, run, settled, cpuMs, residentMb }: Measurement): string {
  const completed = settled.completeMs.length;
  const answers = percentiles(run.answerMs);
  const completions = percentiles(settled.completeMs);
  const values = [
    rate,
    perSecond(run.accepted.size, run.elapsedMs),
    perSecond(completed, settled.lastAt - settled.firstAt),
    run.refused + settled.otherEnds,
    ...answers,
    ...completions,
    Math.round((cpuMs * 1000) / Math.max(1, completed)),
    residentMb,
  ];
  return values.map((value) => String(value).padStart(12)).join(' ');
}

function perSecond(count: number, ms: number): number {
  return Math.round((count * 1000) / Math.max(1, ms));
}

function percentiles(values: readonly number[]): [number, number] {
  const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 600_000, numberOfSignificantValueDigits: 3 });
  for (const value of values) histogram.recordValue(Math.max(1, Math.round(value)));
  return [histogram.getValueAtPercentile(50), histogram.getValueAtPercentile(99)];
}
