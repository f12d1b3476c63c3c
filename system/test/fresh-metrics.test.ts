import { afterAll, beforeAll, expect, test } from 'bun:test';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { OrderStatus } from '@souk/contracts/saga';
import { onEveryEngine } from './support/on-every-engine.ts';
import type { OpenShop } from './support/open-shop.ts';

const OUTCOMES = ['handled', 'parked', 'anomaly', 'undecodable', 'failed', 'dead'];

/** Series of one service alone that an alert looks at. */
const OWN: Readonly<Partial<Record<ServiceName, readonly string[]>>> = {
  inventory: OUTCOMES.map((outcome) => `souk_messages_total{topic="order.created",outcome="${outcome}"}`),
  order: [
    ...OUTCOMES.map((outcome) => `souk_messages_total{topic="payment.completed",outcome="${outcome}"}`),
    ...OrderStatus.anyOf.map(({ const: status }) => `souk_orders{status="${status}"}`),
    'souk_orders_oldest_open_seconds{}',
  ],
  payment: [
    ...OUTCOMES.map((outcome) => `souk_messages_total{topic="order.ready_for_payment",outcome="${outcome}"}`),
    ...['charge', 'ask-charge', 'refund', 'ask-refund'].map((call) => `payment_gateway_call_seconds_count{call="${call}",answer="gateway.unknown"}`),
    'payment_gateway_anomalies_total{}',
  ],
};

/** Series that all five have. */
const COMMON = [
  ...['dead', 'redriven', 'discarded'].map((status) => `souk_dead_letters{status="${status}"}`),
  'souk_events_set_aside_total{}',
  'souk_parked_keys{}',
  'souk_log_lines_dropped_total{}',
  'souk_outbox_backlog{}',
  'souk_outbox_age_seconds{}',
  'souk_clock_ahead_seconds{}',
  'souk_writer_waiting{}',
  'http_answers_cut_total{}',
  ...['coming', 'bodies', 'answers'].map((of) => `http_held_bytes{of="${of}"}`),
  ...['500', '503'].map((status) => `http_server_errors_total{status="${status}"}`),
];

onEveryEngine('a new service exposes every metric that an alert uses', (openShop) => {
  let shop: OpenShop;
  beforeAll(async () => {
    shop = await openShop();
  }, 60_000);
  afterAll(() => shop.close(), 30_000);

  test.each([...SERVICES])('%s', async (service) => {
    const text = await (await fetch(`${shop.urls[service]}/metrics`)).text();
    const series = new Map(text.split('\n').map((line) => [withoutService(line), Number(line.split(' ').at(-1))]));
    const wanted = [...COMMON, ...(OWN[service] ?? [])];
    const told = Object.fromEntries(wanted.map((name) => [name, series.get(name)]));
    expect(told).toEqual(Object.fromEntries(wanted.map((name) => [name, 0])));
  });
});

function withoutService(line: string): string {
  return line.slice(0, line.lastIndexOf(' ')).replace(/service="\w+",?/, '').replace(',}', '}');
}
