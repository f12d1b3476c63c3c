import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { ReceivedMessage } from '@souk/chassis/log/event-log';
import type { Order } from '@souk/contracts/http/order';
import { TOPIC_NAMES } from '@souk/contracts/topics';
import { ask } from '../src/shop/ask.ts';
import { messagesOf } from './support/messages-of.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import type { OpenShop } from './support/open-shop.ts';
import { orderOf, orderWhen, stockUp } from './support/ordering.ts';

function newTrace(): string {
  const hex = randomUUID().replaceAll('-', '');
  return `00-${hex}-${hex.slice(16)}-01`;
}

onEveryEngine('one trace', (openShop) => {
  let shop: OpenShop;
  let customer: string;

  beforeAll(async () => {
    // Some of the gateway's answers do not come in time, and are had later.
    shop = await openShop({ GATEWAY_TIMEOUT_S: '0.2', SIMULATOR_LATE_S: '1', ORDER_PAYMENT_TIMEOUT_S: '60' });
    await stockUp(shop.client, shop.staff, { LAMP: [50] });
    customer = await shop.customer();
  }, 120_000);
  afterAll(() => shop[Symbol.asyncDispose]());

  async function placed(card: string) {
    const { id: methodId } = await shop.client.addPaymentMethod(customer, card);
    const traceparent = newTrace();
    const headers = { traceparent, 'idempotency-key': randomUUID() };
    const { text } = await ask(`${shop.urls.order}/orders`, { method: 'POST', token: customer, body: orderOf(methodId, ['LAMP', 1]), headers });
    const { id }: Order = JSON.parse(text);
    return { id, traceparent };
  }

  /** The messages of an order by their topic, when nothing moves any more. */
  async function toldOf(orderId: string): Promise<ReadonlyMap<string, ReceivedMessage>> {
    await shop.rest();
    const all = await messagesOf(shop.records, TOPIC_NAMES);
    return new Map(all.filter(({ key }) => key === orderId).map((message) => [message.topic, message]));
  }

  /** Each of these led to the next. */
  function expectChain(told: ReadonlyMap<string, ReceivedMessage>, topics: readonly string[], traceparent: string): void {
    for (const [at, topic] of topics.entries()) {
      const { ce_causationid: cause, traceparent: trace } = told.get(topic)?.headers ?? {};
      expect([topic, trace]).toEqual([topic, traceparent]);
      if (at > 0) expect([topic, cause]).toEqual([topic, told.get(topics[at - 1] ?? '')?.headers['ce_id'] ?? 'nothing']);
    }
  }

  test.each(['tok_ok', 'tok_timeout_captured', 'tok_late_capture'])(
    'goes from the order to its completion through every service and the gateway (%s)',
    async (card) => {
      const { id, traceparent } = await placed(card);
      await orderWhen(shop.client, customer, id, ({ status }) => status === 'completed');
      const told = await toldOf(id);
      const chain = ['order.created', 'inventory.reserved', 'order.ready_for_payment', 'payment.completed', 'order.completed'];
      expect([...told.keys()].toSorted()).toEqual(chain.toSorted());
      expectChain(told, chain, traceparent);
    },
    120_000,
  );

  test('goes to the cancellation when the card is declined', async () => {
    const { id, traceparent } = await placed('tok_declined');
    await orderWhen(shop.client, customer, id, ({ status }) => status === 'cancelled');
    const told = await toldOf(id);
    expectChain(told, ['order.created', 'inventory.reserved', 'order.ready_for_payment', 'payment.failed', 'order.cancelled', 'inventory.released'], traceparent);
  }, 120_000);

  test('goes from a cancellation to the refund', async () => {
    const { id, traceparent: ordering } = await placed('tok_ok');
    await orderWhen(shop.client, customer, id, ({ status }) => status === 'completed');
    const traceparent = newTrace();
    await ask(`${shop.urls.order}/orders/${id}/cancellation`, { method: 'POST', token: customer, headers: { traceparent } });
    await orderWhen(shop.client, customer, id, ({ paymentStatus }) => paymentStatus === 'refunded');
    const told = await toldOf(id);
    for (const last of ['payment.refunded', 'inventory.released']) expectChain(told, ['order.cancelled', last], traceparent);
    expect(told.get('order.completed')?.headers['traceparent']).toBe(ordering);
    const { items } = await shop.client.timeline(customer, id);
    const refund = items.find(({ name }) => name === 'payment.refunded');
    expect(refund?.causationId).toBe(told.get('order.cancelled')?.headers['ce_id'] ?? 'nothing');
  }, 120_000);

  test('and all promises hold', async () => {
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
