import { build } from 'hdr-histogram-js';

/** Percentiles in milliseconds. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface Latencies {
  record(ms: number): void;
  readonly count: number;
  percentiles(): Percentiles;
}

const UNITS_PER_MS = 100;
/** Two hours; longer times count as this. */
const MOST_MS = 7_200_000;

/** An HdrHistogram from 10 us to two hours, accurate to a thousandth of each value. */
export function latencies(): Latencies {
  const histogram = build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: MOST_MS * UNITS_PER_MS,
    numberOfSignificantValueDigits: 3,
  });
  // Its values have three significant digits.
  const ms = (value: number) => Number((value / UNITS_PER_MS).toPrecision(3));
  const at = (percent: number) => ms(histogram.getValueAtPercentile(percent));
  return {
    record: (value) => histogram.recordValue(Math.max(1, Math.min(Math.round(value * UNITS_PER_MS), MOST_MS * UNITS_PER_MS))),
    get count() {
      return histogram.totalCount;
    },
    percentiles: () => ({ count: histogram.totalCount, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: ms(histogram.maxValue) }),
  };
}

export function percentilesOf(values: Iterable<number>): Percentiles {
  const all = latencies();
  for (const value of values) all.record(value);
  return all.percentiles();
}
