import { describe, expect, test } from 'bun:test';
import type { OrderStatus } from '@souk/contracts/saga';
import type { Order } from '../../src/domain/order.ts';
import { answerOrder, ORDER_SAGA, type OrderMessage, type Outcome, SAGA_MESSAGES } from '../../src/domain/order-saga.ts';
import {
  ALLOCATIONS,
  anOrder,
  DEADLINES,
  eur,
  NORTH,
  NOW,
  ORDER_ID,
  ORDER_IN,
  refund,
  SAYS,
  SHORTAGES,
  SOUTH,
  surroundings,
  USER_ID,
} from '../orders.ts';

const LATER = NOW + 5000;
const IGNORED: Outcome = { kind: 'ignored', because: expect.any(String) };

function answer(order: Order, message: OrderMessage): Outcome {
  return answerOrder(order, message, surroundings({ now: LATER }));
}

function moved(order: Order, message: OrderMessage) {
  const result = answer(order, message);
  if (result.kind !== 'moved') throw new Error(`it is ${result.kind}`);
  return result;
}

function recorded(order: Order, message: OrderMessage): Order {
  const result = answer(order, message);
  if (result.kind !== 'recorded') throw new Error(`it is ${result.kind}`);
  return result.order;
}

const byCustomer: OrderMessage = { type: 'cancel', reason: 'cancelled_by_customer' };

describe('an order whose stock is reserved', () => {
  const { order, event } = moved(ORDER_IN.placed, SAYS['inventory.reserved']);

  test('waits for its payment', () => {
    expect(order).toMatchObject({
      status: 'awaiting_payment',
      paymentStatus: 'pending',
      reason: null,
      allocations: ALLOCATIONS,
    });
    expect(order).toMatchObject({ version: 2, updatedAt: LATER, deadlineAt: LATER + DEADLINES.awaiting_payment });
  });

  test('asks Payment for its total', () => {
    const data = { orderId: ORDER_ID, userId: USER_ID, amount: eur(3499), paymentMethodId: order.paymentMethodId };
    expect(event).toEqual({ type: 'order.ready_for_payment', data });
  });
});

describe('an order that is paid', () => {
  const { order, event } = moved(ORDER_IN.awaiting_payment, SAYS['payment.completed']);

  test('is completed and waits for nothing any more', () => {
    expect(order).toMatchObject({ status: 'completed', paymentStatus: 'paid', deadlineAt: null, version: 3 });
    expect(event).toMatchObject({
      type: 'order.completed',
      data: {
        items: [
          { sku: 'MUG', quantity: 3 },
          { sku: 'TEA', quantity: 1 },
        ],
      },
    });
  });

  test('has one pending shipment per warehouse', () => {
    const contents = order.shipments.map(({ warehouseId, status, items }) => ({ warehouseId, status, items }));
    expect(contents).toEqual([
      {
        warehouseId: NORTH,
        status: 'pending',
        items: [
          { sku: 'MUG', quantity: 2 },
          { sku: 'TEA', quantity: 1 },
        ],
      },
      { warehouseId: SOUTH, status: 'pending', items: [{ sku: 'MUG', quantity: 1 }] },
    ]);
    expect(new Set(order.shipments.map(({ id }) => id)).size).toBe(2);
  });
});

test('an order without stock is rejected and says what is short', () => {
  const { order, event } = moved(ORDER_IN.placed, SAYS['inventory.failed']);
  expect(order).toMatchObject({ status: 'rejected', reason: 'out_of_stock', shortages: SHORTAGES, deadlineAt: null });
  expect(event).toEqual({ type: 'order.rejected', data: { orderId: ORDER_ID, userId: USER_ID, shortages: SHORTAGES } });
});

describe('an order is cancelled', () => {
  test.each([
    ['awaiting_payment', 'payment_declined', SAYS['payment.failed']],
    ['placed', 'inventory_timeout', { type: 'deadline' }],
    ['awaiting_payment', 'payment_expired', { type: 'deadline' }],
    ['placed', 'cancelled_by_customer', byCustomer],
    ['awaiting_payment', 'cancelled_by_staff', { type: 'cancel', reason: 'cancelled_by_staff' }],
    ['completed', 'cancelled_by_customer', byCustomer],
  ] as const)('that is %s: %s', (status, reason, message) => {
    expect(answer(ORDER_IN[status], message)).toMatchObject({
      kind: 'moved',
      order: { status: 'cancelled', reason, deadlineAt: null, shipments: [] },
      event: { type: 'order.cancelled', data: { reason } },
    });
  });

  test('but not once a part of it is on its way', () => {
    const shipments = ORDER_IN.completed.shipments.map((shipment) => ({ ...shipment, status: 'shipped' as const }));
    expect(answer({ ...ORDER_IN.completed, shipments }, byCustomer)).toEqual({ kind: 'refused', because: 'a part of it is on its way' });
  });

  test('and nothing is collected for it any more', () => {
    expect(moved(ORDER_IN.awaiting_payment, byCustomer).order.paymentStatus).toBe('none');
    expect(moved(ORDER_IN.awaiting_payment, SAYS['payment.failed']).order.paymentStatus).toBe('failed');
    expect(moved(ORDER_IN.completed, byCustomer).order.paymentStatus).toBe('paid');
  });
});

describe('a message that comes too late', () => {
  const cancelled: Order = ORDER_IN.cancelled;

  test('is recorded in the order, whose state stays', () => {
    expect(recorded(cancelled, SAYS['inventory.reserved'])).toMatchObject({
      status: 'cancelled',
      allocations: ALLOCATIONS,
      version: 3,
    });
    expect(recorded(cancelled, SAYS['inventory.failed']).shortages).toEqual(SHORTAGES);
    expect(recorded(cancelled, SAYS['payment.completed']).paymentStatus).toBe('paid');
    expect(recorded(cancelled, SAYS['payment.failed']).paymentStatus).toBe('failed');
    expect(recorded({ ...cancelled, allocations: ALLOCATIONS }, SAYS['inventory.released']).allocations).toEqual([]);
    expect(recorded(cancelled, SAYS['payment.refunded'])).toMatchObject({ paymentStatus: 'refunded', refunded: 3499 });
  });

  test.each([...SAGA_MESSAGES])('is recorded once: %s', (type) => {
    const once = recorded(cancelled, SAYS[type]);
    expect(answer(once, SAYS[type])).toEqual(IGNORED);
  });

  test('is ignored when it led to the cancellation, or was known before', () => {
    const declined = moved(ORDER_IN.awaiting_payment, SAYS['payment.failed']).order;
    expect(answer(declined, SAYS['payment.failed'])).toEqual(IGNORED);
    expect(answer(declined, SAYS['inventory.reserved'])).toEqual(IGNORED);
  });

  test('is ignored when a later one implies it: a refund its payment, a release its reservation', () => {
    expect(answer(recorded(cancelled, SAYS['payment.refunded']), SAYS['payment.completed'])).toEqual(IGNORED);
    expect(answer(recorded(cancelled, SAYS['inventory.released']), SAYS['inventory.reserved'])).toEqual(IGNORED);
  });
});

describe('refunds of a completed order', () => {
  const part: OrderMessage = { type: 'payment.refunded', data: refund(500, 500) };
  const rest: OrderMessage = { type: 'payment.refunded', data: refund(2999, 3499) };

  test('add up, and each counts once', () => {
    const first = recorded(ORDER_IN.completed, part);
    expect(first).toMatchObject({ status: 'completed', paymentStatus: 'partially_refunded', refunded: 500 });
    expect(answer(first, part)).toEqual(IGNORED);
    const second = recorded(first, rest);
    expect(second).toMatchObject({ status: 'completed', paymentStatus: 'refunded', refunded: 3499 });
    expect(answer(second, part)).toEqual(IGNORED);
  });

  test('that come before the payment do not keep the order from being completed', () => {
    const refunded = recorded(ORDER_IN.awaiting_payment, part);
    expect(refunded).toMatchObject({ status: 'awaiting_payment', paymentStatus: 'partially_refunded' });
    expect(moved(refunded, SAYS['payment.completed']).order).toMatchObject({
      status: 'completed',
      paymentStatus: 'partially_refunded',
    });
  });
});

describe('goods and money that do not fit the order are an anomaly:', () => {
  const { data: paid } = SAYS['payment.completed'];
  test.each([
    [
      'too few pieces',
      'placed',
      { type: 'inventory.reserved', data: { orderId: ORDER_ID, allocations: ALLOCATIONS.slice(1) } },
    ],
    [
      'a SKU nobody ordered',
      'placed',
      {
        type: 'inventory.reserved',
        data: { orderId: ORDER_ID, allocations: [...ALLOCATIONS, { sku: 'HAT', warehouseId: NORTH, quantity: 1 }] },
      },
    ],
    ['another amount', 'awaiting_payment', { type: 'payment.completed', data: { ...paid, amount: eur(3498) } }],
    [
      'another currency',
      'awaiting_payment',
      { type: 'payment.completed', data: { ...paid, amount: { amount: 3499, currency: 'USD' } } },
    ],
    ['a refund of more than the total', 'completed', { type: 'payment.refunded', data: refund(3500, 3500) }],
  ] as const)('%s', (_what, status, message) => {
    expect(answer(ORDER_IN[status], message as OrderMessage).kind).toBe('anomaly');
  });
});

describe('every pair of the table is carried out', () => {
  const statuses: readonly OrderStatus[] = ['placed', 'awaiting_payment', 'completed', 'rejected', 'cancelled'];
  const messages: readonly OrderMessage[] = [...SAGA_MESSAGES.map((type) => SAYS[type]), byCustomer, { type: 'deadline' }];
  const kinds = {
    transition: 'moved',
    record: 'recorded',
    ignore: 'ignored',
    anomaly: 'anomaly',
    refuse: 'refused',
  } as const;
  const pairs = statuses.flatMap((status) => messages.map((message) => [status, message.type, message] as const));

  test.each(pairs)('%s, %s', (status, _type, message) => {
    const step = ORDER_SAGA[status][message.type];
    const before: Order = ORDER_IN[status];
    const result = answer(before, message);
    expect(result.kind).toBe(kinds[step.kind]);
    if (result.kind === 'moved' && step.kind === 'transition') {
      expect([result.order.status, result.event.type]).toEqual([step.to, step.emits]);
    }
    if ('order' in result) expect(result.order.version).toBe(before.version + 1);
  });
});

test('an order is not changed in place', () => {
  const before = anOrder();
  const copy = structuredClone(before);
  answer(before, SAYS['inventory.reserved']);
  expect(before).toEqual(copy);
});

describe('an order whose customer leaves', () => {
  const departure: OrderMessage = { type: 'user.deleted', at: LATER };
  const { completed } = ORDER_IN;
  const parcelIs = (status: 'shipped' | 'delivered', changes: Partial<Order> = {}): Order => ({
    ...completed,
    shipments: completed.shipments.map((shipment) => ({ ...shipment, status, carrier: 'Post', trackingNumber: 'AT 1' })),
    ...changes,
  });

  test.each(['placed', 'awaiting_payment'] as const)('is cancelled when it is %s', (status) => {
    const { order, event } = moved(ORDER_IN[status], departure);
    expect(order).toMatchObject({ status: 'cancelled', reason: 'cancelled_by_customer', leftAt: null, deadlineAt: null });
    expect(event).toMatchObject({ type: 'order.cancelled', data: { orderId: ORDER_ID, reason: 'cancelled_by_customer' } });
  });

  test.each([
    ['a parcel waits', completed],
    ['a parcel waits and a part of the money went back', { ...completed, paymentStatus: 'partially_refunded' }],
    ['a parcel is on its way', parcelIs('shipped')],
    ['a parcel is on its way and all of the money went back', parcelIs('shipped', { paymentStatus: 'refunded' })],
  ] as const)('is kept while %s, and that is noted once', (_why, order) => {
    expect(recorded(order, departure)).toEqual({ ...order, leftAt: LATER, version: order.version + 1, updatedAt: LATER });
    expect(answer({ ...order, leftAt: NOW }, departure)).toEqual(IGNORED);
  });

  test.each([
    ['every parcel has arrived', parcelIs('delivered')],
    ['its parcel is not sent any more, because all of the money went back', { ...completed, paymentStatus: 'refunded' }],
    ['it was rejected', ORDER_IN.rejected],
    ['it was cancelled', ORDER_IN.cancelled],
  ] as const)('is not kept when %s', (_why, order) => {
    expect(answer(order, departure)).toEqual(IGNORED);
  });
});

test('nothing is owed for a cancelled order with a total of 0, even when payment.completed comes late', () => {
  const free = { ...ORDER_IN.completed, total: eur(0) };
  const { order } = moved(free, byCustomer);
  expect(order).toMatchObject({ status: 'cancelled', paymentStatus: 'none', refunded: 0 });
  const paid: OrderMessage = { ...SAYS['payment.completed'], data: { ...SAYS['payment.completed'].data, amount: eur(0) } };
  expect(answer(order, paid)).toEqual(IGNORED);
});
