import { describe, expect, test } from 'bun:test';
import { countsUntil, limitRefusal, UNTIL_IT_ENDS } from '../../src/domain/customer-limits.ts';
import type { Order } from '../../src/domain/order.ts';
import { answerOrder, type OrderMessage } from '../../src/domain/order-saga.ts';
import { DEADLINES, NOW, ORDER_IN, SAYS } from '../orders.ts';

const LIMITS = { orders: 3, pieces: 10 };
const items = [{ sku: 'MUG', quantity: 3 }, { sku: 'TEA', quantity: 1 }];

describe('one more order', () => {
  test.each([
    [{ orders: 0, pieces: 0 }, undefined],
    [{ orders: 2, pieces: 6 }, undefined],
    [{ orders: 3, pieces: 6 }, { code: 'open-orders-limit', limit: 3, has: 3 }],
    [{ orders: 2, pieces: 7 }, { code: 'pieces-on-hold-limit', limit: 10, has: 7, asked: 4 }],
    [{ orders: 9, pieces: 99 }, { code: 'open-orders-limit', limit: 3, has: 9 }],
  ] as const)('of 4 pieces, to a customer who has %j, is answered %j', (has, refusal) => {
    expect(limitRefusal(LIMITS, has, items)).toEqual(refusal);
  });
});

describe('an order counts', () => {
  const end = { from: 'awaiting_payment', placedAt: NOW - 1000, now: NOW } as const;

  test('until it ends', () => {
    expect(countsUntil({ ...end, from: 'placed', to: 'awaiting_payment', reason: null })).toBe(UNTIL_IT_ENDS);
    expect(ORDER_IN.placed.countsUntil).toBe(UNTIL_IT_ENDS);
  });

  test.each(['payment_declined', 'payment_expired', 'cancelled_by_customer'] as const)('four times as long as it was open when it ends unpaid: %s', (reason) => {
    expect(countsUntil({ ...end, to: 'cancelled', reason })).toBe(NOW + 4000);
    expect(countsUntil({ ...end, to: 'cancelled', reason, now: NOW - 2000 })).toBe(NOW - 2000);
  });

  test.each(['inventory_timeout', 'cancelled_by_staff'] as const)('no longer when its end is not its customer\'s doing: %s', (reason) => {
    expect(countsUntil({ ...end, to: 'cancelled', reason })).toBeNull();
  });

  test('no longer when it was paid, also when it is cancelled afterwards, or there was too little stock', () => {
    expect(countsUntil({ ...end, to: 'completed', reason: null })).toBeNull();
    expect(countsUntil({ ...end, from: 'completed', to: 'cancelled', reason: 'cancelled_by_customer' })).toBeNull();
    expect(countsUntil({ ...end, from: 'placed', to: 'rejected', reason: 'out_of_stock' })).toBeNull();
  });

  test('as the saga moves it on', () => {
    const surroundings = { now: NOW + 5000, newId: () => '', deadlines: DEADLINES };
    const after = (order: Order, message: OrderMessage) => {
      const outcome = answerOrder(order, message, surroundings);
      return 'order' in outcome ? outcome.order.countsUntil : outcome.kind;
    };
    expect(after(ORDER_IN.placed, SAYS['inventory.reserved'])).toBe(UNTIL_IT_ENDS);
    expect(after(ORDER_IN.awaiting_payment, SAYS['payment.completed'])).toBeNull();
    expect(after(ORDER_IN.awaiting_payment, { type: 'deadline' })).toBe(NOW + 25_000);
    expect(after(ORDER_IN.completed, { type: 'cancel', reason: 'cancelled_by_customer' })).toBeNull();
  });
});
