import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { OrderRefund, Payment, Refund } from '@souk/contracts/http/payment';
import { eur } from './builders.ts';
import { cancelledOrder } from './messages.ts';
import { type Caller, runPayments, type RunningPayments } from './running-payments.ts';

let shop: RunningPayments;
beforeAll(async () => {
  shop = await runPayments();
});
afterAll(() => shop.dispose());

interface Asked {
  readonly body?: unknown;
  readonly key?: string | null;
  readonly as?: Caller;
}

function ask<Body = Refund>({ id }: Pick<Payment, 'id'>, { body, key = Bun.randomUUIDv7(), as = 'staff' }: Asked) {
  const headers = key === null ? {} : { 'idempotency-key': key };
  return shop.send<Body>('POST', `/payments/${id}/refunds`, { as, body, headers });
}

const part = (amount: number, reason = 'arrived late') => ({ amount: eur(amount), reason });

/** What the gateway gave back for a payment, in minor units. */
function givenBack({ gatewayReference }: Payment): number {
  const refunds = shop.ledger().refunds.filter(({ chargeReference }) => chargeReference === gatewayReference);
  return refunds.reduce((sum, { amount }) => sum + amount, 0);
}

test('staff refund a part: it is accepted, succeeds, is published and counted', async () => {
  const payment = await shop.paid(1000);
  const { status, headers, body } = await ask(payment, { body: part(300) });
  expect(status).toBe(202);
  expect(body).toEqual({
    id: body.id,
    paymentId: payment.id,
    amount: eur(300),
    reason: 'arrived late',
    status: 'pending',
    createdAt: body.createdAt,
  });
  const location = headers.get('location') ?? '';
  await until('the refund', async () => {
    const read = await shop.send<Refund>('GET', location, { as: 'customer' });
    return read.body.status === 'succeeded';
  });
  const after = await shop.paymentWhen(payment.orderId, ({ refunded }) => refunded.amount === 300);
  expect(after.status).toBe('captured');
  const told = await until('the event', () =>
    shop.log.events().find((event) => event.type === 'payment.refunded' && event.subject === payment.orderId),
  );
  const { paymentId, id: refundId } = body;
  expect(told.data).toEqual({
    orderId: payment.orderId,
    paymentId,
    refundId,
    amount: eur(300),
    refundedTotal: eur(300),
  });
  expect(givenBack(payment)).toBe(300);
});

test('twenty refunds at the same time never give back more than was taken', async () => {
  const payment = await shop.paid(1000);
  const replies = await Promise.all(Array.from({ length: 20 }, () => ask(payment, { body: part(150) })));
  expect(replies.filter(({ status }) => status === 202)).toHaveLength(6);
  expect(replies.filter(({ status }) => status === 409)).toHaveLength(14);
  await shop.paymentWhen(payment.orderId, ({ refunded }) => refunded.amount === 900);
  expect(givenBack(payment)).toBe(900);
  expect((await ask(payment, { body: part(101) })).status).toBe(409);
  expect((await ask(payment, { body: part(100) })).status).toBe(202);
});

test('twenty requests with one Idempotency-Key are one refund', async () => {
  const payment = await shop.paid(1000);
  const replies = await Promise.all(Array.from({ length: 20 }, () => ask(payment, { body: part(100), key: 'one' })));
  expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(replies.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(19);
  expect((await ask(payment, { body: part(101), key: 'one' })).status).toBe(422);
  const { body } = await shop.send<{ items: Refund[] }>('GET', `/payments/${payment.id}/refunds`, { as: 'customer' });
  expect(body.items).toHaveLength(1);
});

describe('a refund is refused', () => {
  test.each([
    ['without an amount', { reason: 'x' }, 'validation', '/amount'],
    ['of 0', part(0), 'validation', '/amount/amount'],
    ['of a fraction', part(0.5), 'validation', '/amount/amount'],
    ['without a reason', { amount: eur(1) }, 'validation', '/reason'],
    ['with a blank reason', part(1, '  '), 'validation', '/reason'],
    ['with a card number as reason', part(1, 'card 4242424242424242'), 'card-number-refused', '/reason'],
    ['in another currency', { amount: { amount: 1, currency: 'USD' }, reason: 'x' }, 'validation', '/amount/currency'],
  ])('%s', async (_, body, code, pointer) => {
    const reply = await ask<unknown>(await shop.paid(), { body });
    expect(reply).toMatchObject({ status: 422, body: { type: `urn:souk:problem:${code}`, errors: [{ pointer }] } });
  });

  test('without an Idempotency-Key: 400', async () => {
    const reply = await ask<unknown>(await shop.paid(), { body: part(1), key: null });
    expect(reply).toMatchObject({ status: 400, body: { type: 'urn:souk:problem:idempotency-key-missing' } });
  });

  test('by a customer, even the owner: 403', async () => {
    expect((await ask(await shop.paid(), { body: part(1), as: 'customer' })).status).toBe(403);
  });

  test('of an unknown payment: 404', async () => {
    expect((await ask({ id: Bun.randomUUIDv7() }, { body: part(1) })).status).toBe(404);
    expect((await ask({ id: 'nonsense' }, { body: part(1) })).status).toBe(404);
  });

  test('of more than is left, or of a payment that took nothing: 409, and the key can be used again', async () => {
    const payment = await shop.paid(1000);
    const refused = await ask<unknown>(payment, { body: part(1001), key: 'again' });
    expect(refused).toMatchObject({ status: 409, body: { type: 'urn:souk:problem:refund-exceeds' } });
    expect((await ask(payment, { body: part(1000), key: 'again' })).status).toBe(202);
    const { orderId, ready } = shop.anOrder((await shop.cardOf('tok_declined')).id);
    await shop.log.deliver(ready);
    const failed = await shop.paymentWhen(orderId, ({ status }) => status === 'failed');
    expect((await ask(failed, { body: part(1) })).status).toBe(409);
  });
});

test('a refund is not found under another payment, nor by a stranger', async () => {
  const payment = await shop.paid();
  const { body } = await ask(payment, { body: part(1) });
  const other = await shop.paid();
  expect((await shop.send('GET', `/payments/${other.id}/refunds/${body.id}`, { as: 'staff' })).status).toBe(404);
  expect((await shop.send('GET', `/payments/${payment.id}/refunds/${body.id}`, { as: 'stranger' })).status).toBe(404);
});

test('a cancelled order gets back what staff have not refunded yet', async () => {
  const payment = await shop.paid(1000);
  await ask(payment, { body: part(300) });
  const cancelled = cancelledOrder({ orderId: payment.orderId });
  await shop.log.deliver(cancelled, cancelled, cancelled);
  await shop.paymentWhen(payment.orderId, ({ refunded }) => refunded.amount === 1000);
  expect(givenBack(payment)).toBe(1000);
  const { body } = await shop.send<{ items: Refund[] }>('GET', `/payments/${payment.id}/refunds`, { as: 'customer' });
  expect(body.items.map(({ amount, reason }) => [amount.amount, reason])).toEqual([
    [700, 'order_cancelled'],
    [300, 'arrived late'],
  ]);
});

test('staff see the refunds of all payments, newest first and by status, each with its order', async () => {
  const [one, two] = [await shop.paid(1000), await shop.paid(1000)];
  const asked = [(await ask(one, { body: part(100) })).body, (await ask(two, { body: part(200) })).body, (await ask(one, { body: part(300) })).body];
  const orders = [one.orderId, two.orderId, one.orderId];
  await shop.paymentWhen(one.orderId, ({ refunded }) => refunded.amount === 400);
  await shop.paymentWhen(two.orderId, ({ refunded }) => refunded.amount === 200);
  const page = async (query: string) => (await shop.send<{ items: OrderRefund[]; nextCursor: string | null }>('GET', `/refunds?${query}`, { as: 'staff' })).body;
  const expected = asked.map((refund, at) => ({ ...refund, status: 'succeeded', orderId: orders[at] ?? '' })).toReversed();
  const first = await page('limit=2');
  const second = await page(`limit=1&cursor=${first.nextCursor}`);
  expect([...first.items, ...second.items]).toEqual(expected as OrderRefund[]);
  expect((await page('status=succeeded&limit=3')).items).toEqual(expected as OrderRefund[]);
  expect((await page('status=pending')).items).toEqual([]);
  expect((await page('status=failed')).items).toEqual([]);
  for (const [as, status] of [['customer', 403], ['anonymous', 401], ['admin', 200]] as const) expect((await shop.send('GET', '/refunds', { as })).status).toBe(status);
  const { nextCursor } = (await shop.send<{ nextCursor: string }>('GET', `/payments/${one.id}/refunds?limit=1`, { as: 'staff' })).body;
  expect((await shop.send('GET', `/refunds?cursor=${nextCursor}`, { as: 'staff' })).status).toBe(422);
});
