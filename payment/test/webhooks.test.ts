import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import { chargeKey, refundKey } from '../src/domain/gateway-call.ts';
import type { GatewayResult } from '../src/gateway/gateway.ts';
import { signWebhook } from '../src/gateway/simulator-webhooks.ts';
import { eur } from './builders.ts';
import { cancelledOrder } from './messages.ts';
import { runPayments, type RunningPayments, SECRETS } from './running-payments.ts';

let shop: RunningPayments;
/** Calls that were left open stay so: only webhooks settle anything. */
beforeAll(async () => {
  const pending = async (): Promise<GatewayResult> => ({ status: 'pending' });
  const deaf = { charge: pending, findCharge: pending, refund: pending, findRefund: pending };
  shop = await runPayments({ around: (gateway) => ({ ...gateway, ...deaf, webhooksTo: () => undefined }) });
});
afterAll(() => shop.dispose());

interface Sent {
  readonly secret?: string;
  readonly at?: number;
  readonly path?: string;
  readonly type?: string;
}

function post(body: string, { secret = SECRETS[0], at = Date.now(), path = '/webhooks/simulator', type = 'application/json' }: Sent = {}) {
  const headers = { 'souk-signature': signWebhook(body, { secret, at }), 'content-type': type };
  return shop.send<unknown>('POST', path, { body, headers });
}

const succeeded = (reference = 'ch_1') => ({ status: 'succeeded', reference }) as const;
const declined = { status: 'declined', reason: 'card_declined' } as const;
const RECEIVED = { status: 200, body: { received: true } };
const newsOf = (key: string, result: GatewayResult, id = `evt_${Bun.randomUUIDv7()}`) =>
  JSON.stringify({ id, about: key.startsWith('payment') ? 'charge' : 'refund', key, result });

async function openCharge() {
  const { orderId, ready } = shop.anOrder((await shop.cardOf()).id);
  await shop.log.deliver(ready);
  return shop.paymentWhen(orderId, ({ status }) => status === 'pending');
}

async function openRefund(amount: number) {
  const payment = await openCharge();
  await post(newsOf(chargeKey(payment.id), succeeded()));
  const headers = { 'idempotency-key': Bun.randomUUIDv7() };
  const body = { amount: eur(amount), reason: 'broken' };
  const reply = await shop.send<{ id: string }>('POST', `/payments/${payment.id}/refunds`, { as: 'staff', body, headers });
  return { payment, refundId: reply.body.id };
}

const eventsOf = (orderId: string) => shop.log.events().filter(({ subject }) => subject === orderId).map(({ type }) => type);

describe('a webhook', () => {
  test('settles its charge once, however often it comes: one payment.completed', async () => {
    const { id, orderId } = await openCharge();
    const body = newsOf(chargeKey(id), succeeded());
    const replies = await Promise.all(Array.from({ length: 20 }, () => post(body)));
    for (const reply of replies) expect(reply).toMatchObject(RECEIVED);
    expect(await post(newsOf(chargeKey(id), succeeded()))).toMatchObject(RECEIVED);
    expect(await shop.paymentOf(orderId)).toMatchObject({ status: 'captured', gatewayReference: 'ch_1' });
    await until('the event', () => eventsOf(orderId).length > 0);
    expect(eventsOf(orderId)).toEqual(['payment.completed']);
    expect(await shop.store.writing.readStream(id)).toHaveLength(1);
  });

  test('declines a charge; "still pending", before or after, changes nothing', async () => {
    const { id, orderId } = await openCharge();
    const pending = newsOf(chargeKey(id), { status: 'pending' });
    expect(await post(pending)).toMatchObject(RECEIVED);
    expect(await shop.paymentOf(orderId)).toMatchObject({ status: 'pending' });
    expect(await post(newsOf(chargeKey(id), declined))).toMatchObject(RECEIVED);
    expect(await post(newsOf(chargeKey(id), { status: 'pending' }))).toMatchObject(RECEIVED);
    expect(await shop.paymentOf(orderId)).toMatchObject({ status: 'failed', failureReason: 'card_declined' });
  });

  test('settles a refund once', async () => {
    const { payment, refundId } = await openRefund(300);
    const body = newsOf(refundKey(refundId), succeeded('re_1'));
    for (const reply of await Promise.all([post(body), post(body)])) expect(reply).toMatchObject(RECEIVED);
    await shop.paymentWhen(payment.orderId, ({ refunded }) => refunded.amount === 300);
    await until('both events', () => eventsOf(payment.orderId).length === 2);
    expect(eventsOf(payment.orderId)).toEqual(['payment.completed', 'payment.refunded']);
  });

  test('about money taken for a cancelled order starts its refund', async () => {
    const { id, orderId } = await openCharge();
    await shop.log.deliver(cancelledOrder({ orderId }));
    await post(newsOf(chargeKey(id), succeeded()));
    const list = await shop.send<{ items: object[] }>('GET', `/payments/${id}/refunds`, { as: 'staff' });
    expect(list.body.items).toMatchObject([{ amount: eur(1000), reason: 'order_cancelled' }]);
  });

  test('that contradicts an earlier answer is stored and counted, and changes nothing', async () => {
    const { id, orderId } = await openCharge();
    await post(newsOf(chargeKey(id), succeeded()));
    expect(await post(newsOf(chargeKey(id), declined))).toMatchObject(RECEIVED);
    expect(await shop.paymentOf(orderId)).toMatchObject({ status: 'captured' });
    const metrics = await shop.metrics();
    expect(metrics).toMatch(/payment_gateway_anomalies_total\{?.*\}? 1/);
  });

  test.each([
    ['an unknown charge', newsOf(chargeKey(Bun.randomUUIDv7()), succeeded())],
    ['an unknown refund', newsOf(refundKey(Bun.randomUUIDv7()), succeeded())],
    ['a malformed key', newsOf('payment:__proto__', succeeded())],
    ['an event of another kind', JSON.stringify({ id: 'evt_9', type: 'dispute.opened' })],
    ['JSON that is not an object', '[]'],
  ])('with %s is accepted, because sending it again would not help', async (_, body) => {
    expect(await post(body)).toMatchObject(RECEIVED);
    expect(await post(body)).toMatchObject(RECEIVED);
  });

  test('may be signed with the old secret during a rotation', async () => {
    const { id, orderId } = await openCharge();
    expect(await post(newsOf(chargeKey(id), succeeded()), { secret: SECRETS[1] })).toMatchObject(RECEIVED);
    expect(await shop.paymentOf(orderId)).toMatchObject({ status: 'captured' });
  });
});

describe('a webhook is refused, and changes nothing', () => {
  const MINUTES_6 = 360_000;
  test.each<[string, number, string, Sent]>([
    ['signed with another secret', 400, 'signature-invalid', { secret: 'somebody-elses' }],
    ['from too long ago', 400, 'signature-invalid', { at: Date.now() - MINUTES_6 }],
    ['from the future', 400, 'signature-invalid', { at: Date.now() + MINUTES_6 }],
    ['to an unknown gateway', 404, 'not-found', { path: '/webhooks/stripe' }],
    ['of another media type', 415, 'unsupported-media-type', { type: 'text/plain' }],
  ])('%s', async (_, status, code, how) => {
    const { id, orderId } = await openCharge();
    const reply = await post(newsOf(chargeKey(id), succeeded()), how);
    expect(reply).toMatchObject({ status, body: { type: `urn:souk:problem:${code}` } });
    expect(await shop.paymentOf(orderId)).toMatchObject({ status: 'pending' });
  });

  test('without a signature, before its body is read', async () => {
    for (const body of ['{}', '{"id":', '']) {
      const reply = await shop.send('POST', '/webhooks/simulator', { body });
      expect(reply).toMatchObject({ status: 400, body: { type: 'urn:souk:problem:signature-invalid' } });
    }
  });

  test('and reported as a security event', async () => {
    const counted = async () => {
      const metrics = await shop.metrics();
      return Number(/souk_security_events_total\{event="webhook.refused".*\} (\d+)/.exec(metrics)?.[1]);
    };
    const before = await counted();
    await post('{}', { secret: 'somebody-elses' });
    expect(await counted()).toBe(before + 1);
  });

  test('when it is signed but not JSON', async () => {
    expect(await post('{"id":')).toMatchObject({ status: 400, body: { type: 'urn:souk:problem:malformed-json' } });
  });

  test('when it is larger than 64 KiB', async () => {
    const reply = await post(JSON.stringify({ id: 'x'.repeat(65_536) }));
    expect(reply).toMatchObject({ status: 413, body: { type: 'urn:souk:problem:payload-too-large' } });
  });
});

test('the simulator reports a late capture by webhook, and again until it is accepted', async () => {
  const stillOpen = async (): Promise<GatewayResult> => ({ status: 'pending' });
  const first = await runPayments({ lateMs: 100, around: (g) => ({ ...g, findCharge: stillOpen, webhooksTo: () => undefined }) });
  const { orderId, ready } = first.anOrder((await first.cardOf('tok_late_capture')).id);
  await first.log.deliver(ready);
  await first.paymentWhen(orderId, ({ status }) => status === 'pending');
  await first.stop();
  const second = await runPayments({ folder: first.folder, around: (g) => ({ ...g, findCharge: stillOpen }) });
  await second.paymentWhen(orderId, ({ status }) => status === 'captured');
  await second.stop();
  await first.dispose();
});
