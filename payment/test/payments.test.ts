import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Payment } from '@souk/contracts/http/payment';
import { CUSTOMER, eur } from './builders.ts';
import { cancelledOrder } from './messages.ts';
import { PEOPLE, runPayments, type RunningPayments } from './running-payments.ts';

let shop: RunningPayments;
beforeAll(async () => {
  shop = await runPayments();
});
afterAll(() => shop.dispose());

type Page = { items: Payment[]; nextCursor: string | null };

test('a payment shows its status and no internal fields', async () => {
  const payment = await shop.paid(2599);
  const { status, body } = await shop.send<Payment>('GET', `/payments/${payment.id}`, { as: 'customer' });
  expect(status).toBe(200);
  expect(body).toEqual({
    id: payment.id,
    orderId: payment.orderId,
    userId: CUSTOMER,
    live: false,
    amount: eur(2599),
    status: 'captured',
    refunded: eur(0),
    failureReason: null,
    gatewayReference: shop.ledger().charges.find(({ key }) => key === `payment:${payment.id}`)?.reference ?? '',
    createdAt: payment.createdAt,
    updatedAt: payment.updatedAt,
  });
});

test('a payment is seen by its owner and by staff, by nobody else', async () => {
  const { id } = await shop.paid();
  for (const path of [`/payments/${id}`, `/payments/${id}/refunds`]) {
    for (const [as, status] of [
      ['customer', 200],
      ['staff', 200],
      ['admin', 200],
      ['stranger', 404],
      ['anonymous', 401],
    ] as const) {
      expect((await shop.send('GET', path, { as })).status).toBe(status);
    }
  }
  expect((await shop.send('GET', '/payments/nonsense', { as: 'staff' })).status).toBe(404);
  expect((await shop.send('GET', `/payments/${Bun.randomUUIDv7()}`, { as: 'staff' })).status).toBe(404);
});

test('the list has the caller’s own payments, or all for staff', async () => {
  const { orderId, id } = await shop.paid();
  const listed = async (query: string, as: 'customer' | 'stranger' | 'staff') =>
    (await shop.send<Page>('GET', `/payments${query}`, { as })).body.items.map((payment) => payment.id);
  expect(await listed(`?orderId=${orderId}`, 'customer')).toEqual([id]);
  expect(await listed(`?orderId=${orderId}`, 'staff')).toEqual([id]);
  expect(await listed(`?orderId=${orderId}`, 'stranger')).toEqual([]);
  expect(await listed('', 'stranger')).toEqual([]);
  expect(await listed('', 'customer')).toContain(id);
  expect((await shop.send('GET', '/payments?orderId=nonsense', { as: 'staff' })).status).toBe(422);
});

test('the list by status has the caller’s own payments, or all for staff', async () => {
  const paid = await shop.paid();
  const { orderId, ready } = shop.anOrder((await shop.cardOf('tok_declined')).id);
  await shop.log.deliver(ready);
  const failed = await shop.paymentWhen(orderId, ({ status }) => status === 'failed');
  const listed = async (query: string, as: 'customer' | 'stranger' | 'staff') =>
    (await shop.send<Page>('GET', `/payments?${query}`, { as })).body.items.map(({ id }) => id);
  expect(await listed('status=failed', 'staff')).toEqual([failed.id]);
  expect(await listed('status=failed', 'customer')).toEqual([failed.id]);
  expect(await listed('status=failed', 'stranger')).toEqual([]);
  expect(await listed('status=captured', 'staff')).toContain(paid.id);
  expect(await listed('status=captured', 'staff')).not.toContain(failed.id);
  expect(await listed('status=pending', 'staff')).toEqual([]);
  expect(await listed(`status=failed&orderId=${paid.orderId}`, 'staff')).toEqual([]);
  expect(await listed(`status=captured&orderId=${paid.orderId}`, 'staff')).toEqual([paid.id]);
});

test.each(['lost', '', 'PENDING', '__proto__', "failed' or 1=1", 'pending,failed'])('the status %p is refused by name, of payments and of refunds', async (status) => {
  for (const path of ['/payments', '/refunds']) {
    const reply = await shop.send('GET', `${path}?status=${encodeURIComponent(status)}`, { as: 'staff' });
    expect([reply.status, reply.body.errors?.map(({ pointer }) => pointer)]).toEqual([422, ['?status']]);
  }
});

test('a page begins where the last one ended, even if payments were added in between', async () => {
  const three = [await shop.paid(), await shop.paid(), await shop.paid()].map(({ id }) => id).toReversed();
  const first = await shop.send<Page>('GET', '/payments?limit=2', { as: 'customer' });
  expect(first.body.items.map(({ id }) => id)).toEqual(three.slice(0, 2));
  await shop.paid();
  const second = await shop.send<Page>('GET', `/payments?limit=1&cursor=${first.body.nextCursor}`, { as: 'customer' });
  expect(second.body.items.map(({ id }) => id)).toEqual(three.slice(2));
});

test('a total of 0 is paid without the gateway, and nothing of it can be refunded', async () => {
  const before = shop.ledger().charges.length;
  const payment = await shop.paid(0);
  expect(payment).toMatchObject({ status: 'captured', amount: eur(0), refunded: eur(0), gatewayReference: null });
  await shop.log.deliver(cancelledOrder({ orderId: payment.orderId }));
  const body = { amount: eur(1), reason: 'a gift' };
  const headers = { 'idempotency-key': Bun.randomUUIDv7() };
  expect((await shop.send('POST', `/payments/${payment.id}/refunds`, { as: 'staff', body, headers })).status).toBe(409);
  expect(await shop.paymentOf(payment.orderId)).toMatchObject({ status: 'captured', refunded: eur(0) });
  expect(shop.ledger().charges).toHaveLength(before);
});

test('an order cancelled before its payment was requested has no payment', async () => {
  const { orderId, ready } = shop.anOrder((await shop.cardOf()).id);
  await shop.log.deliver(cancelledOrder({ orderId }), ready);
  expect(await shop.paymentOf(orderId)).toBeUndefined();
  expect(shop.log.events().filter(({ subject }) => subject === orderId)).toEqual([]);
});

describe.each([
  ['GET', '/payments'],
  ['GET', `/payments/${Bun.randomUUIDv7()}`],
  ['GET', `/payments/${Bun.randomUUIDv7()}/refunds`],
  ['POST', `/payments/${Bun.randomUUIDv7()}/refunds`],
  ['GET', '/refunds'],
  ['GET', '/payment-methods'],
  ['POST', '/payment-methods'],
  ['GET', `/payment-methods/${Bun.randomUUIDv7()}`],
  ['DELETE', `/payment-methods/${Bun.randomUUIDv7()}`],
])('%s %s', (method, path) => {
  const body = method === 'POST' ? { wrong: 1 } : undefined;

  test('needs a valid token', async () => {
    const past = Math.floor(Date.now() / 1000) - 10;
    expect((await shop.send(method, path, { body })).status).toBe(401);
    for (const claims of [{ exp: past }, { iss: 'somebody' }, { aud: 'something' }]) {
      const authorization = await shop.bearer({ userId: PEOPLE.staff.id, roles: ['staff'], claims });
      expect((await shop.send(method, path, { body, headers: { authorization } })).status).toBe(401);
    }
  });

  test('is in the OpenAPI document', async () => {
    const { body: document } = await shop.send<{ paths: Record<string, object> }>('GET', '/openapi.json');
    const described = path.replace(/\/[0-9a-f-]{36}/, '/{id}');
    expect(document.paths[described]).toHaveProperty(method.toLowerCase());
  });
});

test('unknown routes and methods are answered with problem documents', async () => {
  expect(await shop.send('GET', '/nothing')).toMatchObject({
    status: 404,
    body: { type: 'urn:souk:problem:not-found' },
  });
  const wrong = await shop.send('PUT', '/payments', { as: 'staff', body: {} });
  expect(wrong.status).toBe(405);
  expect(wrong.headers.get('allow')).toContain('GET');
});

test('whoever looks is told that no money moves: readiness, a gauge, each payment', async () => {
  const ready = await shop.send<object>('GET', '/readyz');
  expect(ready).toMatchObject({ status: 200, body: { status: 'ready', paymentGateway: { name: 'simulator', live: false } } });
  const metrics = await shop.metrics();
  expect(metrics).toContain('souk_payment_gateway_live{service="payment"} 0');
  expect((await shop.paid()).live).toBe(false);
});
