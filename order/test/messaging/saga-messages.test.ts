import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { Order, Timeline } from '@souk/contracts/http/order';
import { message, product, productMessage } from '../messages.ts';
import { eur, METHOD_ID, NORTH, PAYMENT_ID, PRODUCT_ID, SOUTH } from '../orders.ts';
import { type RunningService, runOrderService } from '../running-service.ts';

let shop: RunningService;
let customer: string;

beforeAll(async () => {
  shop = await runOrderService();
  customer = await shop.customer();
  await shop.onSale({ MUG: 1000 });
});
afterAll(() => shop.close());

async function placed(): Promise<Order> {
  return (await shop.place(customer)).body;
}

function reserved(id: string) {
  const allocations = [
    { sku: 'MUG', warehouseId: NORTH, quantity: 1 },
    { sku: 'MUG', warehouseId: SOUTH, quantity: 1 },
  ];
  return message('inventory.reserved', id, { orderId: id, allocations }, { causationId: METHOD_ID });
}

function paid(id: string, amount = 2000) {
  const capturedAt = new Date().toISOString();
  return message('payment.completed', id, { orderId: id, paymentId: PAYMENT_ID, amount: eur(amount), capturedAt });
}

async function timeline(id: string) {
  return (await shop.ask<Timeline>('GET', `/orders/${id}/timeline`, { as: customer })).body.items;
}

async function deadLetters(count: number) {
  return until('dead letters', async () => {
    const letters = await shop.store.messages.deadLetters(null, 100);
    return letters.length >= count && letters;
  });
}

describe('an order advances', () => {
  test('to its end when each message comes three times', async () => {
    const { id, userId, total } = await placed();
    const reservation = reserved(id);
    await shop.tell(reservation, reservation, reservation);
    await shop.reaches(id, 'awaiting_payment');
    const payment = paid(id);
    await shop.tell(payment, payment, reservation, payment);
    const order = await shop.reaches(id, 'completed');
    expect(order.shipments.map(({ warehouseId }) => warehouseId)).toEqual([NORTH, SOUTH]);

    const events = await shop.heard(id, 3);
    expect(events.map(({ type, aggregateVersion }) => `${aggregateVersion} ${type}`)).toEqual([
      '1 order.created',
      '2 order.ready_for_payment',
      '3 order.completed',
    ]);
    expect(events.map(({ causationId }) => causationId)).toEqual([null, reservation.id, payment.id]);
    expect(events[2]?.data).toEqual({
      orderId: id,
      userId,
      items: [{ sku: 'MUG', quantity: 2 }],
      total,
    });
  });

  test('and its timeline shows the events of every service', async () => {
    const { id } = await placed();
    const reservation = reserved(id);
    await shop.tell(reservation);
    await shop.reaches(id, 'awaiting_payment');
    const before = await timeline(id);
    await shop.tell(paid(id));
    await shop.reaches(id, 'completed');
    const items = await timeline(id);
    expect(items.slice(0, before.length)).toEqual(before);
    expect(items.map(({ seq, service, name, from, to }) => [seq, service, name, from, to])).toEqual([
      [1, 'order', 'order.created', null, 'placed'],
      [2, 'inventory', 'inventory.reserved', null, null],
      [3, 'order', 'order.ready_for_payment', 'placed', 'awaiting_payment'],
      [4, 'payment', 'payment.completed', null, null],
      [5, 'order', 'order.completed', 'awaiting_payment', 'completed'],
    ]);
    expect(items[1]).toMatchObject({ eventId: reservation.id, causationId: METHOD_ID, at: reservation.time });
    expect(items[2]).toMatchObject({ causationId: reservation.id });
  });

  test('to its cancellation when the card is declined; the released stock is recorded once', async () => {
    const { id } = await placed();
    await shop.tell(reserved(id));
    await shop.reaches(id, 'awaiting_payment');
    await shop.tell(message('payment.failed', id, { orderId: id, paymentId: PAYMENT_ID, reason: 'card_declined' }));
    expect(await shop.reaches(id, 'cancelled')).toMatchObject({ reason: 'payment_declined', paymentStatus: 'failed' });
    const allocations = [{ sku: 'MUG', warehouseId: NORTH, quantity: 2 }];
    const released = message('inventory.released', id, { orderId: id, allocations, restocked: false });
    await shop.tell(released, released);
    const order = await until('release', async () => {
      const now = await shop.store.reads.order(id);
      return now?.allocations?.length === 0 && now;
    });
    expect(order).toMatchObject({ status: 'cancelled', version: 4 });
    expect((await timeline(id)).slice(-2)).toMatchObject([
      { service: 'inventory', name: 'inventory.released', kind: 'event', eventId: released.id },
      { service: 'order', name: 'recorded', kind: 'note', reason: 'the stock is back' },
    ]);
  });
});

describe('a message that cannot be true', () => {
  test('is a dead letter and changes nothing, and the order goes on', async () => {
    const { id } = await placed();
    const early = paid(id);
    await shop.tell(early);
    const [letter] = await deadLetters(1);
    expect(letter).toMatchObject({ message: { topic: 'payment.completed', key: id }, attempts: 1, status: 'dead' });
    expect(letter?.cause).toBe('payment.completed cannot happen to an order that is placed');
    await shop.tell(reserved(id));
    expect(await shop.reaches(id, 'awaiting_payment')).toMatchObject({ version: 2 });
    await shop.tell(paid(id, 1999));
    expect((await deadLetters(2))[0]?.cause).toBe('payment.completed: the amount is not the total');
    await shop.tell(paid(METHOD_ID));
    expect((await deadLetters(3))[0]?.cause).toBe('payment.completed: there is no such order');
    expect((await shop.store.reads.order(id))?.status).toBe('awaiting_payment');
  });
});

describe('the catalogue copy', () => {
  const price = async () => (await placed()).items[0]?.unitPrice.amount;

  test('takes new prices; late or repeated older ones change nothing', async () => {
    await shop.tell(productMessage(product(PRODUCT_ID, { MUG: 1200 }, { version: 3 })));
    await until('new price', async () => (await price()) === 1200);
    await shop.tell(
      productMessage(product(PRODUCT_ID, { MUG: 1100 }, { version: 2 })),
      productMessage(product(PRODUCT_ID, { MUG: 1 }, { version: 3 })),
    );
    await shop.onSale({ LAST: 1 }, SOUTH);
    await shop.tell(productMessage(product(PRODUCT_ID, { MUG: 1300 }, { version: 4 })));
    const seen = new Set<number | undefined>();
    await until('newest price', async () => {
      const now = await price();
      seen.add(now);
      return now === 1300;
    });
    expect([...seen].filter((now) => now !== 1200)).toEqual([1300]);
  });

  test('follows all four product topics', async () => {
    const told = (version: number, amount: number, status: 'active' | 'archived' = 'active') => {
      return { productId: METHOD_ID, version, product: product(METHOD_ID, { CUP: amount }, { version, status }) };
    };
    const cup = async () => {
      const reply = await shop.place(customer, { items: [{ sku: 'CUP', quantity: 1 }] });
      return reply.status === 202 ? reply.body.total.amount : reply.status;
    };
    const becomes = (wanted: number) => until(`a cup for ${wanted}`, async () => (await cup()) === wanted);
    await shop.tell(message('product.created', METHOD_ID, told(1, 100)));
    await becomes(100);
    const prices = { sku: 'CUP', oldPrice: eur(100), newPrice: eur(200) };
    await shop.tell(message('product.price_changed', METHOD_ID, { ...told(2, 200), ...prices }));
    await becomes(200);
    await shop.tell(message('product.updated', METHOD_ID, told(3, 300)));
    await becomes(300);
    await shop.tell(message('product.archived', METHOD_ID, told(4, 300, 'archived')));
    await becomes(422);
  });

  test('an order keeps the price it was placed at', async () => {
    const { id } = await placed();
    await shop.tell(productMessage(product(PRODUCT_ID, { MUG: 9999 }, { version: 9 })));
    await until('price', async () => (await price()) === 9999);
    expect((await shop.store.reads.order(id))?.total).toEqual(eur(2600));
  });
});
