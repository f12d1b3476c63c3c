import { expect, test } from 'bun:test';
import { messagingGauges, messagingMeter } from '../../../src/service/messaging-metrics.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';

const idle = { backlog: () => 0, outboxAgeMs: () => 0, waiting: () => 0, clockAheadMs: () => 0 };
const OUTCOMES = ['handled', 'parked', 'anomaly', 'undecodable', 'failed', 'dead'];

test('every outcome of every topic has a series before its first message, so that an alert sees the first one', async () => {
  const metrics = createMetrics({ service: 'toy', ownsProcess: false });
  const meter = messagingMeter(metrics);
  meter.expect(['order.created', 'user.deleted']);
  meter.messageSettled('user.deleted', 'dead');
  const text = await metrics.scrape();
  for (const outcome of OUTCOMES) expect(text).toContain(`souk_messages_total{topic="order.created",outcome="${outcome}",service="toy"} 0`);
  expect(text).toContain('souk_messages_total{topic="user.deleted",outcome="dead",service="toy"} 1');
});

test('parked keys and dead letters are counted by status, and the last figures stay while the database does not answer', async () => {
  const metrics = createMetrics({ service: 'toy', ownsProcess: false });
  const counts = async () => ({ parkedKeys: 2, deadLetters: { dead: 3, redriven: 0, discarded: 1 } });
  messagingGauges(metrics, { ...idle, backlog: () => 5, outboxAgeMs: () => 1500 }, { counts }, () => undefined);
  const text = await metrics.scrape();
  expect(text).toContain('souk_parked_keys{service="toy"} 2');
  expect(text).toContain('souk_dead_letters{status="dead",service="toy"} 3');
  expect(text).toContain('souk_dead_letters{status="redriven",service="toy"} 0');
  expect(text).toContain('souk_dead_letters{status="discarded",service="toy"} 1');
  expect(text).toContain('souk_outbox_age_seconds{service="toy"} 1.5');

  const away = createMetrics({ service: 'toy', ownsProcess: false });
  const reported: unknown[] = [];
  messagingGauges(away, idle, { counts: () => Promise.reject(new Error('away')) }, (error) => void reported.push(error));
  expect(await away.scrape()).toContain('souk_dead_letters{status="dead",service="toy"} 0');
  expect(reported).toHaveLength(1);
});
