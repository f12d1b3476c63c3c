import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { endedWithin } from '../timeouts.ts';
import { faultSource, type Report } from './report.ts';
import { standardError } from './standard-error.ts';

export interface Metrics {
  /** All series as text for Prometheus. */
  scrape(): Promise<string>;
  readonly contentType: string;
  /** A series with labels begins with its first `inc`: call it with 0 for each series whose rise an alert has to see. */
  counter<L extends string = never>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  /** `read` is called for every scrape. */
  gauge(name: string, help: string, read: () => number | Promise<number>): Gauge;
  /** A series for each of these values of the label; `read` is called for every scrape. */
  gauges<V extends string>(
    name: string,
    help: string,
    labelled: { readonly label: string; readonly values: readonly V[] },
    read: () => Readonly<Record<V, number>> | Promise<Readonly<Record<V, number>>>,
  ): Gauge;
  /** Buckets in seconds. */
  histogram<L extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly L[],
  ): Histogram<L>;
}

interface MetricsOptions {
  readonly service: string;
  /** True if the service has the process to itself: then memory, event loop and so on are measured. */
  readonly ownsProcess: boolean;
}

/** One registry per service, so that five in one process do not mix; every series carries the service's name. */
export function createMetrics({ service, ownsProcess }: MetricsOptions): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  const registers = [registry];
  registry.registerMetric(
    new Counter({
      name: 'souk_log_lines_dropped_total',
      help: 'Log lines of this process that could not be written',
      registers: [],
      collect() {
        this.reset();
        this.inc(standardError.dropped());
      },
    }),
  );
  let scraped = false;
  return {
    async scrape() {
      // The first statistics of the heap take longer than the rest of a service's start.
      if (ownsProcess && !scraped) collectDefaultMetrics({ register: registry });
      scraped = true;
      return registry.metrics();
    },
    contentType: registry.contentType,
    counter: (name, help, labels = []) => new Counter({ name, help, labelNames: labels, registers }),
    gauge(name, help, read) {
      return new Gauge({
        name,
        help,
        registers,
        async collect() {
          this.set(await read());
        },
      });
    },
    gauges(name, help, { label, values }, read) {
      return new Gauge({
        name,
        help,
        labelNames: [label],
        registers,
        async collect() {
          const now = await read();
          for (const value of values) this.set({ [label]: value }, now[value]);
        },
      });
    },
    histogram: (name, help, buckets, labels = []) =>
      new Histogram({ name, help, buckets: [...buckets], labelNames: labels, registers }),
  };
}

/** The greatest age of an answer. */
const FRESH_MS = 5000;
/** The longest wait for a new answer; after it the last one is given. */
const WAIT_MS = 1000;

/**
 * Calls `read` again after 5 s at the earliest and never twice at once: for figures that anybody may request as often as they
 * like. When it fails or is slow, the last answer (at first `before`) is returned; a failure is reported as `failure`.
 */
export function recently<T>(read: () => Promise<T>, before: T, report: Report, failure: string): () => Promise<T> {
  const faults = faultSource(report, failure);
  let last = before;
  let askedAt = -Infinity;
  let asking: Promise<void> | undefined;

  async function ask(): Promise<void> {
    try {
      last = await read();
      faults.worked();
    } catch (error) {
      faults.failed(error, failure);
    }
    asking = undefined;
  }

  return async () => {
    if (asking === undefined && performance.now() - askedAt >= FRESH_MS) {
      askedAt = performance.now();
      asking = ask();
    }
    if (asking !== undefined) await endedWithin(WAIT_MS, asking);
    return last;
  };
}
