import { describe, expect, test } from 'bun:test';
import type { CommittedEvent } from '@souk/contracts/http/ops';
import type { OrderSummary } from '@souk/contracts/http/order';
import { type OrderRow, rowOfCreated, stripOf, withSummary, withTold } from '../../src/page/order-row.ts';

describe('a row', () => {
  test('of an order that completes goes step by step', () => {
    const seen = walk(
      ['inventory', 'inventory.reserved'],
      ['order', 'order.ready_for_payment', { version: 2, from: 'placed', to: 'awaiting_payment' }],
      ['payment', 'payment.completed'],
      ['order', 'order.completed', { version: 3, from: 'awaiting_payment', to: 'completed' }],
      ['order', 'order.shipped', { version: 4 }],
      ['order', 'order.delivered', { version: 5 }],
    );
    expect(seen).toEqual([
      'done half empty empty empty',
      'done done empty empty empty',
      'done done half empty empty',
      'done done done empty empty',
      'done done done done empty',
      'done done done done half',
      'done done done done done',
    ]);
  });

  test('of an order whose card is declined shows the stock on its way back, then back', () => {
    const seen = walk(
      ['inventory', 'inventory.reserved'],
      ['order', 'order.ready_for_payment', { version: 2, from: 'placed', to: 'awaiting_payment' }],
      ['payment', 'payment.failed'],
      ['order', 'order.cancelled', { version: 3, from: 'awaiting_payment', to: 'cancelled', reason: 'payment_declined' }],
      ['inventory', 'inventory.released'],
    );
    expect(seen.slice(3)).toEqual(['done done failed empty empty', 'done undoing failed never never', 'done undone failed never never']);
  });

  test('of a completed order that is cancelled shows the money on its way back, then back', () => {
    const completed = { ...row(), status: 'completed', paymentStatus: 'paid', stock: 'reserved', money: 'captured' } as const;
    const cancelled = withTold(completed, told('order', 'order.cancelled', { version: 2, from: 'completed', to: 'cancelled', reason: 'cancelled_by_staff' }));
    expect(states(cancelled)).toBe('done undoing undoing undone never');
    const back = withTold(withTold(cancelled, told('payment', 'payment.refunded')), told('inventory', 'inventory.released'));
    expect(states(back)).toBe('done undone undone undone never');
  });

  test('of an order that is short of stock says so before and after Order has heard of it', () => {
    const refused = withTold(row(), told('inventory', 'inventory.failed'));
    expect(states(refused)).toBe('done failed never empty empty');
    const rejected = withTold(refused, told('order', 'order.rejected', { version: 2, from: 'placed', to: 'rejected', reason: 'out_of_stock' }));
    expect(states(rejected)).toBe('done failed never never never');
    expect(rejected.reason).toBe('out_of_stock');
  });

  test('is not changed by what was told before it was read', () => {
    const read = withSummary(undefined, summary({ version: 3, status: 'completed', paymentStatus: 'paid' }));
    expect(withTold(read, told('order', 'order.ready_for_payment', { version: 2, to: 'awaiting_payment' }))).toBe(read);
  });

  test('that was told more than was read keeps it, and takes the total', () => {
    const ahead = withTold(row(), told('order', 'order.ready_for_payment', { version: 2, to: 'awaiting_payment' }));
    const read = withSummary(ahead, summary({ version: 1, status: 'placed' }));
    expect(read.status).toBe('awaiting_payment');
    expect(read.total).toEqual({ amount: 1999, currency: 'EUR' });
  });

  test('is told apart by shape alone: no two states have the same', async () => {
    const source = await Bun.file(new URL('../../src/page/parts.tsx', import.meta.url)).text();
    const shapes = [...source.matchAll(/^ {2}(empty|half|done|failed|undone|undoing|never): '(.+)',$/gm)].map(([, , path]) => path);
    expect(new Set(shapes).size).toBe(7);
  });
});

function walk(...steps: [string, string, Partial<CommittedEvent>?][]): string[] {
  const seen = [states(row())];
  let now = row();
  for (const [service, name, change] of steps) {
    now = withTold(now, told(service, name, change));
    if (name === 'order.completed') now = { ...now, parcels: { pending: 1, shipped: 0, delivered: 0 } };
    seen.push(states(now));
  }
  return seen;
}

function states(of: OrderRow): string {
  return stripOf(of).map(({ state }) => state).join(' ');
}

function row(): OrderRow {
  return rowOfCreated(told('order', 'order.created', { to: 'placed' }));
}

function told(service: string, name: string, change: Partial<CommittedEvent> = {}): CommittedEvent & { service: string } {
  const at = '2026-12-01T12:00:00.000Z';
  return {
    service, name, lane: 'a', seq: 1, id: 'e', published: true, key: 'o', stream: 'o', version: 1, at, causationId: null, correlationId: 'c', from: null, to: null, reason: null, ...change,
  };
}

function summary(change: Partial<OrderSummary>): OrderSummary {
  const total = { amount: 1999, currency: 'EUR' };
  const line = { sku: 'MUG', productId: 'p', title: 'Mug', quantity: 1, unitPrice: total, lineTotal: total };
  return {
    id: 'o', userId: 'u', status: 'placed', reason: null, paymentStatus: 'none', lineCount: 1, firstLines: [line], total, shipmentCounts: { pending: 0, shipped: 0, delivered: 0 },
    version: 1, placedAt: '2026-12-01T12:00:00.000Z', updatedAt: '2026-12-01T12:00:01.000Z', ...change,
  };
}
