import { DEAD_LETTER_STATUSES } from '@souk/contracts/http/ops';
import type { MessagingMeter } from '../engine/messaging/tell-outcomes.ts';
import { COUNT_LIMIT, type MessageCounts, type MessageReads } from '../engine/service-store.ts';
import { type Metrics, recently } from '../telemetry/metrics.ts';
import type { Report } from '../telemetry/report.ts';

interface Gauges {
  backlog(): number;
  outboxAgeMs(): number;
  waiting(): number;
  clockAheadMs(): number;
}

const OUTCOMES = ['handled', 'parked', 'anomaly', 'undecodable', 'failed', 'dead'] as const satisfies Parameters<MessagingMeter['messageSettled']>[1][];
const NONE: MessageCounts = { parkedKeys: 0, deadLetters: { dead: 0, redriven: 0, discarded: 0 } };

const BATCH_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1];

/** The meter of an engine. Anomalies and events set aside should never occur: alert on them. */
export function messagingMeter(metrics: Metrics): MessagingMeter {
  const inputs = metrics.histogram('souk_writer_batch_inputs', 'Inputs settled by one transaction', BATCH_SIZES);
  const seconds = metrics.histogram('souk_writer_batch_seconds', 'Duration of one transaction', SECONDS);
  const again = metrics.counter('souk_writer_decided_again_total', 'Batches decided again because a replica had changed what was remembered');
  const messages = metrics.counter('souk_messages_total', 'Messages by what became of them', ['topic', 'outcome'] as const);
  const setAside = metrics.counter('souk_events_set_aside_total', 'Events that the log refused for good: dead letters of kind unsent');
  return {
    expect(topics) {
      for (const topic of topics) for (const outcome of OUTCOMES) messages.inc({ topic, outcome }, 0);
    },
    batchSettled(count, ms) {
      inputs.observe(count);
      seconds.observe(ms / 1000);
    },
    decidedAgain: () => again.inc(),
    messageSettled: (topic, outcome) => messages.inc({ topic, outcome }),
    eventSetAside: () => setAside.inc(),
  };
}

/** `messages` is read every 5 s at most, however often the metrics are. */
export function messagingGauges(
  metrics: Metrics,
  { backlog, outboxAgeMs, waiting, clockAheadMs }: Gauges,
  messages: Pick<MessageReads, 'counts'>,
  report: Report,
): void {
  metrics.gauge('souk_outbox_backlog', 'Committed events that are not in the log yet', backlog);
  metrics.gauge('souk_outbox_age_seconds', 'Time since the oldest of them was committed', () => outboxAgeMs() / 1000);
  metrics.gauge('souk_writer_waiting', 'Inputs that wait to be settled', waiting);
  metrics.gauge('souk_clock_ahead_seconds', "This process's clock less its database's, as far as that is certain", () => Math.round(clockAheadMs() / 100) / 10);
  const counts = recently(() => messages.counts(), NONE, report, 'messages that failed could not be counted');
  metrics.gauge('souk_parked_keys', `Message keys that wait for another try, of ${COUNT_LIMIT} messages at most`, async () => (await counts()).parkedKeys);
  const statuses = { label: 'status', values: DEAD_LETTER_STATUSES };
  metrics.gauges('souk_dead_letters', `Dead letters by status, ${COUNT_LIMIT} at most of each`, statuses, async () => (await counts()).deadLetters);
}
