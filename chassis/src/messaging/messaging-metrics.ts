import type { Metrics } from '../metrics.ts';
import type { MessagingMeter } from '../microservice-options.ts';

interface Gauges {
  backlog(): number;
  waiting(): number;
}

const BATCH_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1];

/** The meter of a microservice. An anomaly should never be counted: alert on it. */
export function messagingMeter(metrics: Metrics): MessagingMeter {
  const inputs = metrics.histogram('souk_writer_batch_inputs', 'Inputs settled by one transaction', BATCH_SIZES);
  const seconds = metrics.histogram('souk_writer_batch_seconds', 'Duration of one transaction', SECONDS);
  const messages = metrics.counter('souk_messages_total', 'Messages by what became of them', ['topic', 'outcome'] as const);
  return {
    batchSettled(count, ms) {
      inputs.observe(count);
      seconds.observe(ms / 1000);
    },
    messageSettled: (topic, outcome) => messages.inc({ topic, outcome }),
  };
}

export function messagingGauges(metrics: Metrics, { backlog, waiting }: Gauges): void {
  metrics.gauge('souk_outbox_backlog', 'Committed events that are not in the log yet', backlog);
  metrics.gauge('souk_writer_waiting', 'Inputs that wait to be settled', waiting);
}
