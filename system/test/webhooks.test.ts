import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { until } from '@souk/chassis/testing/until';
import { readSimulatorLedger } from '@souk/payment/gateway/simulator-ledger';
import { signWebhook } from '@souk/payment/gateway/simulator-webhooks';
import { openFactStore } from '../src/verify/fact-store.ts';
import type { WebhookFact } from '../src/verify/facts.ts';
import { paymentFacts } from '../src/verify/read-facts.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import type { OpenShop } from './support/open-shop.ts';
import { orderOf, orderWhen, PRICE, stockUp } from './support/ordering.ts';
import type { Snapshot } from './support/snapshot.ts';

const SECRET = 'the-secret-of-the-gateway';
/** The money comes when the order has run out of time. */
const ENV = {
  GATEWAY_TIMEOUT_S: '0.2',
  ORDER_PAYMENT_TIMEOUT_S: '1',
  ORDER_PAYMENT_LIMIT_S: '1',
  SIMULATOR_LATE_S: '3',
  SIMULATOR_WEBHOOK_SECRET: SECRET,
};

interface Sending {
  readonly secret?: string;
  readonly ageS?: number;
  readonly gateway?: string;
}

/** The status that a webhook is answered with. */
async function told(shop: OpenShop, event: object, { secret = SECRET, ageS = 0, gateway = 'simulator' }: Sending = {}): Promise<number> {
  const body = JSON.stringify(event);
  const signature = signWebhook(body, { secret, at: Date.now() - ageS * 1000 });
  const { status } = await fetch(`${shop.urls.payment}/webhooks/${gateway}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'souk-signature': signature },
    body,
  });
  return status;
}

async function webhooksAbout(shop: OpenShop, key: string): Promise<readonly WebhookFact[]> {
  using facts = openFactStore();
  await shop.records.sql('payment', (rows) => paymentFacts(rows, facts));
  return facts.all('webhooks').filter((webhook) => webhook.key === key);
}

function booksOf({ orders, payments, refunds, charges, givenBack, movements }: Snapshot) {
  return { orders, payments, refunds, charges, givenBack, movements };
}

onEveryEngine('a webhook of the gateway', (openShop) => {
  let shop: OpenShop;
  let customer: string;
  let orderId: string;
  let key: string;

  beforeAll(async () => {
    shop = await openShop(ENV);
    await stockUp(shop.client, shop.staff, { LAMP: [5] });
    customer = await shop.customer();
    const { id } = await shop.client.addPaymentMethod(customer, 'tok_late_capture');
    orderId = (await shop.client.placeOrder(customer, orderOf(id, ['LAMP', 1]), randomUUID())).id;
    await orderWhen(shop.client, customer, orderId, ({ status }) => status === 'cancelled');
    key = `payment:${(await shop.client.payments(customer, orderId)).items[0]?.id}`;
  }, 120_000);
  afterAll(() => shop[Symbol.asyncDispose]());

  test('about money that came too late is accepted, and the money is refunded', async () => {
    const [webhook] = await until('the webhook', async () => {
      const there = await webhooksAbout(shop, key);
      return there.length > 0 && there;
    });
    expect(webhook).toMatchObject({ said: 'succeeded', outcome: expect.stringMatching(/^(changed|ignored)$/) });
    await orderWhen(shop.client, customer, orderId, ({ paymentStatus }) => paymentStatus === 'refunded');
    const { refunds, givenBack } = await shop.rest();
    expect(refunds).toMatchObject([{ amount: PRICE.amount, status: 'succeeded' }]);
    expect(givenBack).toEqual([{ key: `refund:${refunds[0]?.id}`, amount: PRICE.amount }]);
  }, 120_000);

  test('repeated, sent at once, out of order or contradicted changes nothing', async () => {
    const before = await shop.rest();
    const charge = readSimulatorLedger(shop.records.gateway).charges.find((one) => one.key === key);
    const [first] = await webhooksAbout(shop, key);
    const succeeded = { status: 'succeeded', reference: charge?.reference };
    const id = first?.id.replace('simulator:', '') ?? '';
    const events = [
      ...Array.from({ length: 8 }, () => ({ id, about: 'charge', key, result: succeeded })),
      ...Array.from({ length: 8 }, (_, n) => ({ id: `evt_again_${n}`, about: 'charge', key, result: succeeded })),
      { id: 'evt_late', about: 'charge', key, result: { status: 'pending' } },
      { id: 'evt_opposite', about: 'charge', key, result: { status: 'declined', reason: 'card_declined' } },
      { id: 'evt_stranger', about: 'charge', key: `payment:${randomUUID()}`, result: succeeded },
      { id: 'evt_other', kind: 'nothing of ours' },
    ];
    expect(new Set(await Promise.all(events.map((event) => told(shop, event))))).toEqual(new Set([200]));
    expect(booksOf(await shop.rest())).toEqual(booksOf(before));
    const kept = await webhooksAbout(shop, key);
    expect(kept).toHaveLength(11);
    expect(kept.filter(({ outcome }) => outcome === 'anomaly').map((webhook) => webhook.id)).toEqual(['simulator:evt_opposite']);
  }, 120_000);

  test('is refused, and not kept, with a wrong or an old signature', async () => {
    const event = { id: 'evt_forged', about: 'charge', key, result: { status: 'succeeded', reference: 'x' } };
    expect(await told(shop, event, { secret: 'the secret of somebody else' })).toBe(400);
    expect(await told(shop, event, { ageS: 310 })).toBe(400);
    expect(await told(shop, event, { ageS: -310 })).toBe(400);
    expect(await told(shop, event, { gateway: 'stripe' })).toBe(404);
    expect(await webhooksAbout(shop, key)).toHaveLength(11);
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
