import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { readSimulatorLedger } from '@souk/payment/gateway/simulator-ledger';
import { onEveryEngine } from './support/on-every-engine.ts';
import type { OpenShop } from './support/open-shop.ts';
import { orderOf, orderWhen, PRICE, stockUp } from './support/ordering.ts';

const QUICK = { GATEWAY_TIMEOUT_S: '0.2' };
/** Money that comes long before the order's time is up, unless somebody cancels. */
const PATIENT = { ...QUICK, ORDER_PAYMENT_TIMEOUT_S: '60', SIMULATOR_LATE_S: '1' };
/** Money that comes when the order has run out of time. */
const IMPATIENT = { ...QUICK, ORDER_PAYMENT_TIMEOUT_S: '1', ORDER_PAYMENT_LIMIT_S: '1', SIMULATOR_LATE_S: '4' };

/** What the gateway, which is another company, has in its own books about an order. */
function booksOf(
  shop: OpenShop,
  paymentId: string | undefined,
): { taken: readonly number[]; returned: readonly number[] } {
  const { charges, refunds } = readSimulatorLedger(shop.records.gateway);
  const own = charges.filter(({ key, declined }) => key === `payment:${paymentId}` && declined === null);
  const references = new Set(own.map(({ reference }) => reference));
  return {
    taken: own.map(({ amount }) => amount),
    returned: refunds.filter(({ chargeReference }) => references.has(chargeReference)).map(({ amount }) => amount),
  };
}

/** An order of one lamp, or of another thing, paid with this card. */
async function ordered(shop: OpenShop, card: string, sku = 'LAMP') {
  const customer = await shop.customer();
  const { id: methodId } = await shop.client.addPaymentMethod(customer, card);
  const { id } = await shop.client.placeOrder(customer, orderOf(methodId, [sku, 1]), randomUUID());
  return { customer, id };
}

/** The order and its payment when nothing moves any more, and the gateway's view of them. */
async function outcome(shop: OpenShop, { customer, id }: { customer: string; id: string }) {
  await shop.rest();
  const { status, reason, paymentStatus } = await shop.client.order(customer, id);
  const payments = (await shop.client.payments(customer, id)).items;
  const [payment] = payments;
  return {
    order: { status, reason, paymentStatus },
    payments: payments.map((own) => ({
      status: own.status,
      refunded: own.refunded.amount,
      failureReason: own.failureReason,
    })),
    books: booksOf(shop, payment?.id),
  };
}

const COMPLETED = { status: 'completed', reason: null, paymentStatus: 'paid' } as const;
const PAID_ONCE = {
  order: COMPLETED,
  payments: [{ status: 'captured' as const, refunded: 0, failureReason: null }],
  books: { taken: [PRICE.amount], returned: [] },
};
const GIVEN_BACK = {
  payments: [{ status: 'captured' as const, refunded: PRICE.amount, failureReason: null }],
  books: { taken: [PRICE.amount], returned: [PRICE.amount] },
};

onEveryEngine('a gateway that leaves the shop in doubt', (openShop) => {
  let shop: OpenShop;

  beforeAll(async () => {
    shop = await openShop(PATIENT);
    await stockUp(shop.client, shop.staff, { LAMP: [100] });
  }, 120_000);
  afterAll(() => shop[Symbol.asyncDispose]());

  test('no answer, but the money was taken: the order completes with that one charge', async () => {
    expect(await outcome(shop, await ordered(shop, 'tok_timeout_captured'))).toEqual(PAID_ONCE);
  }, 120_000);

  test('no answer, and nothing was taken: it is charged again, once', async () => {
    expect(await outcome(shop, await ordered(shop, 'tok_timeout_lost'))).toEqual(PAID_ONCE);
  }, 120_000);

  test('two errors, then an answer: one charge', async () => {
    expect(await outcome(shop, await ordered(shop, 'tok_flaky'))).toEqual(PAID_ONCE);
  }, 120_000);

  test('money that arrives late, but in time: the order completes', async () => {
    expect(await outcome(shop, await ordered(shop, 'tok_late_capture'))).toEqual(PAID_ONCE);
  }, 120_000);

  test.each([
    ['tok_declined', 'card_declined'],
    ['tok_insufficient_funds', 'insufficient_funds'],
  ] as const)(
    '%s: nothing is taken and the order says why it ended',
    async (card, failureReason) => {
      expect(await outcome(shop, await ordered(shop, card))).toEqual({
        order: { status: 'cancelled', reason: 'payment_declined', paymentStatus: 'failed' },
        payments: [{ status: 'failed', refunded: 0, failureReason }],
        books: { taken: [], returned: [] },
      });
    },
    120_000,
  );

  test('money that arrives after a cancellation is refunded', async () => {
    const order = await ordered(shop, 'tok_late_capture');
    await orderWhen(shop.client, order.customer, order.id, ({ status }) => status === 'awaiting_payment');
    await shop.client.cancel(order.customer, order.id);
    expect(await outcome(shop, order)).toEqual({
      order: { status: 'cancelled', reason: 'cancelled_by_customer', paymentStatus: 'refunded' },
      ...GIVEN_BACK,
    });
  }, 120_000);

  test('a completed order that is cancelled before it ships is refunded once, however often that is asked', async () => {
    const order = await ordered(shop, 'tok_ok');
    await orderWhen(shop.client, order.customer, order.id, ({ status }) => status === 'completed');
    const cancelled = await Promise.all(Array.from({ length: 5 }, () => shop.client.cancel(order.customer, order.id)));
    expect(new Set(cancelled.map(({ status }) => status))).toEqual(new Set(['cancelled']));
    expect(await outcome(shop, order)).toEqual({
      order: { status: 'cancelled', reason: 'cancelled_by_customer', paymentStatus: 'refunded' },
      ...GIVEN_BACK,
    });
  }, 120_000);

  test('a total of 0 never reaches it: the order completes without a charge, and nothing is refunded when it is cancelled', async () => {
    const gift = await shop.client.createProduct(shop.staff, { title: 'Gift', variants: [{ sku: 'GIFT', price: { ...PRICE, amount: 0 } }] });
    await shop.client.activate(shop.staff, gift);
    const [warehouse] = (await shop.client.stock('LAMP')).warehouses;
    await shop.client.receive(shop.staff, 'GIFT', warehouse?.warehouseId ?? '', 2, randomUUID());
    const [kept, cancelled] = [await ordered(shop, 'tok_declined', 'GIFT'), await ordered(shop, 'tok_ok', 'GIFT')];
    for (const { customer, id } of [kept, cancelled]) await orderWhen(shop.client, customer, id, ({ status }) => status === 'completed');
    await shop.client.cancel(cancelled.customer, cancelled.id);
    const free = { payments: [{ status: 'captured' as const, refunded: 0, failureReason: null }], books: { taken: [], returned: [] } };
    expect(await outcome(shop, kept)).toEqual({ order: COMPLETED, ...free });
    const order = { status: 'cancelled', reason: 'cancelled_by_customer', paymentStatus: 'none' } as const;
    expect(await outcome(shop, cancelled)).toEqual({ order, ...free });
  }, 120_000);

  test('afterwards stock and money are right', async () => {
    const paid = (await shop.rest()).orders.filter(({ status, total }) => status === 'completed' && total > 0).length;
    expect((await shop.client.stock('LAMP')).available).toBe(100 - paid);
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});

onEveryEngine('an order that runs out of time', (openShop) => {
  test('is cancelled; money that arrives later is refunded', async () => {
    await using shop = await openShop(IMPATIENT);
    await stockUp(shop.client, shop.staff, { LAMP: [1] });
    const order = await ordered(shop, 'tok_late_capture');
    const expired = await orderWhen(shop.client, order.customer, order.id, ({ status }) => status === 'cancelled');
    expect([expired.reason, expired.paymentStatus]).toEqual(['payment_expired', 'none']);
    expect(await outcome(shop, order)).toEqual({
      order: { status: 'cancelled', reason: 'payment_expired', paymentStatus: 'refunded' },
      ...GIVEN_BACK,
    });
    expect((await shop.client.stock('LAMP')).available).toBe(1);
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
