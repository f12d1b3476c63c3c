import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import { eur } from './builders.ts';
import { cancelledOrder } from './messages.ts';
import { runPayments, type RunningPayments } from './running-payments.ts';

let shop: RunningPayments;
beforeAll(async () => {
  shop = await runPayments();
});
afterAll(() => shop.dispose());

/** Charges that the gateway made for a payment, and what it gave back, in minor units. */
function books(paymentId: string) {
  const { charges, refunds } = shop.ledger();
  const taken = charges.filter(({ key, declined }) => key === `payment:${paymentId}` && declined === null);
  const back = refunds.filter(({ chargeReference }) => taken.some(({ reference }) => reference === chargeReference));
  return { charges: taken.length, givenBack: back.reduce((sum, { amount }) => sum + amount, 0) };
}

async function order(token: string) {
  const { orderId, ready } = shop.anOrder((await shop.cardOf(token)).id);
  await shop.log.deliver(ready, ready);
  return { orderId, ready };
}

/** Waits for the `count`th event about an order; answers the types of all. */
function told(orderId: string, count: number): Promise<string[]> {
  return until(`${count} events about ${orderId}`, () => {
    const types = shop.log
      .events()
      .filter(({ subject }) => subject === orderId)
      .map(({ type }) => type);
    return types.length >= count && types;
  });
}

test.each(['tok_ok', 'tok_slow', 'tok_timeout_captured', 'tok_timeout_lost', 'tok_flaky', 'tok_late_capture'])(
  '%s: the order is charged once',
  async (token) => {
    const { orderId, ready } = await order(token);
    const payment = await shop.paymentWhen(orderId, ({ status }) => status === 'captured');
    await shop.log.deliver(ready);
    expect(await told(orderId, 1)).toEqual(['payment.completed']);
    const completed = shop.log.events().find(({ subject }) => subject === orderId);
    expect(completed).toMatchObject({
      source: '/souk/payment',
      correlationId: orderId,
      aggregateVersion: 1,
      data: { orderId, paymentId: payment.id, amount: eur(1000), capturedAt: payment.updatedAt },
    });
    expect(books(payment.id)).toEqual({ charges: 1, givenBack: 0 });
  },
);

test.each([
  ['tok_declined', 'card_declined'],
  ['tok_insufficient_funds', 'insufficient_funds'],
])('%s: the payment fails and says why', async (token, reason) => {
  const { orderId } = await order(token);
  const payment = await shop.paymentWhen(orderId, ({ status }) => status === 'failed');
  expect(payment.failureReason).toBe(reason);
  expect(await told(orderId, 1)).toEqual(['payment.failed']);
  expect(shop.log.events().find(({ subject }) => subject === orderId)?.data).toEqual({
    orderId,
    paymentId: payment.id,
    reason,
    gatewayMs: expect.any(Number),
  });
  expect(books(payment.id)).toEqual({ charges: 0, givenBack: 0 });
});

describe('an order cancelled while its charge is under way', () => {
  test.each(['tok_slow', 'tok_timeout_captured', 'tok_late_capture'])(
    '%s: is charged once and refunded',
    async (token) => {
      const { orderId } = await order(token);
      await shop.log.deliver(cancelledOrder({ orderId }), cancelledOrder({ orderId }));
      const payment = await shop.paymentWhen(orderId, ({ refunded }) => refunded.amount === 1000);
      expect(payment.status).toBe('captured');
      expect(await told(orderId, 2)).toEqual(['payment.completed', 'payment.refunded']);
      expect(books(payment.id)).toEqual({ charges: 1, givenBack: 1000 });
    },
  );

  test.each(['tok_timeout_lost', 'tok_flaky'])('%s: is no longer charged', async (token) => {
    const { orderId } = await order(token);
    await shop.log.deliver(cancelledOrder({ orderId }));
    await until('the gateway to be asked', async () => {
      const { rows } = await pendingRow(orderId);
      return rows > 0;
    });
    const payment = await shop.paymentOf(orderId);
    expect(payment?.status).toBe('pending');
    expect(books(payment?.id ?? '')).toEqual({ charges: 0, givenBack: 0 });
  });
});

/** Answers of the gateway that left a cancelled payment open so far. */
async function pendingRow(orderId: string) {
  const [payment] = (await shop.store.reads.payments({ orderId }, { before: undefined, limit: 1 })).rows;
  return { rows: payment?.status === 'pending' && payment.orderCancelled ? payment.attempts : 0 };
}

test('a thousand orders at once are each charged once', async () => {
  const { id } = await shop.cardOf('tok_ok');
  const orders = Array.from({ length: 1000 }, () => shop.anOrder(id, 100));
  await shop.log.deliver(...orders.map(({ ready }) => ready));
  const wanted = new Set(orders.map(({ orderId }) => orderId));
  await until('a thousand events', () => {
    const heard = shop.log.events().filter(({ subject }) => wanted.has(subject));
    return heard.length >= 1000;
  });
  const { charges } = shop.ledger();
  for (const { orderId } of orders.slice(0, 50)) {
    const payment = await shop.paymentOf(orderId);
    expect(payment?.status).toBe('captured');
    expect(charges.filter(({ key }) => key === `payment:${payment?.id}`)).toHaveLength(1);
  }
  expect(charges.filter(({ amount }) => amount === 100)).toHaveLength(1000);
});

test('an unreadable message becomes a dead letter, and the others are processed', async () => {
  const { orderId, ready } = shop.anOrder((await shop.cardOf()).id);
  await shop.log.deliverRaw({ topic: 'order.ready_for_payment', key: orderId, value: 'nonsense', headers: {} });
  await shop.log.deliver(ready);
  await shop.paymentWhen(orderId, ({ status }) => status === 'captured');
  const { body } = await shop.send<{ items: { message: { key: string } }[] }>('GET', '/ops/dead-letters', {
    as: 'staff',
  });
  expect(JSON.stringify(body.items)).toContain(orderId);
});
