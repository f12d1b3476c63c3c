import { describe, expect, test } from 'bun:test';
import { type HistoryEntry, timelineOf } from '../../src/domain/history.ts';
import { NORTH, NOW, ORDER_ID, SOUTH } from '../orders.ts';

const utc = (at: number) => new Date(at).toISOString();

const created: HistoryEntry = {
  id: ORDER_ID,
  name: 'order.created',
  published: true,
  at: NOW,
  causationId: null,
  to: 'placed',
  cause: { name: 'POST /orders' },
};
const ready: HistoryEntry = {
  id: SOUTH,
  name: 'order.ready_for_payment',
  published: true,
  at: NOW + 20,
  causationId: NORTH,
  from: 'placed',
  to: 'awaiting_payment',
  cause: { name: 'inventory.reserved', at: NOW + 10, by: ORDER_ID },
};
const expired: HistoryEntry = {
  id: NORTH,
  name: 'order.cancelled',
  published: true,
  at: NOW + 900,
  causationId: null,
  from: 'awaiting_payment',
  to: 'cancelled',
  reason: 'payment_expired',
  cause: { name: 'deadline' },
};
const late: HistoryEntry = {
  id: SOUTH,
  name: 'recorded',
  published: false,
  at: NOW + 1000,
  causationId: ORDER_ID,
  reason: 'cancelled already',
  cause: { name: 'payment.completed', at: NOW + 990, by: SOUTH },
};

describe('the timeline', () => {
  const timeline = timelineOf([created, ready, expired, late]);

  test('numbers its entries from 1 without a gap', () => {
    expect(timeline.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('shows the event of another service before its effect', () => {
    expect(timeline.slice(1, 3)).toEqual([
      {
        seq: 2,
        at: utc(NOW + 10),
        service: 'inventory',
        kind: 'event',
        name: 'inventory.reserved',
        from: null,
        to: null,
        reason: null,
        eventId: NORTH,
        causationId: ORDER_ID,
      },
      {
        seq: 3,
        at: utc(NOW + 20),
        service: 'order',
        kind: 'event',
        name: 'order.ready_for_payment',
        from: 'placed',
        to: 'awaiting_payment',
        reason: null,
        eventId: SOUTH,
        causationId: NORTH,
      },
    ]);
  });

  test('shows decisions that no message caused', () => {
    expect(timeline.slice(3, 5)).toMatchObject([
      { kind: 'decision', name: 'deadline', service: 'order', eventId: null, causationId: null },
      { kind: 'event', name: 'order.cancelled', from: 'awaiting_payment', to: 'cancelled', reason: 'payment_expired' },
    ]);
    const cancelled: HistoryEntry = { ...expired, cause: { name: 'cancellation', note: 'wrong size' } };
    expect(timelineOf([cancelled])[0]).toMatchObject({ kind: 'decision', name: 'cancellation', reason: 'wrong size' });
  });

  test('shows a fact that was only recorded as a note', () => {
    expect(timeline.slice(5)).toMatchObject([
      { kind: 'event', service: 'payment', name: 'payment.completed', eventId: ORDER_ID },
      {
        kind: 'note',
        service: 'order',
        name: 'recorded',
        reason: 'cancelled already',
        from: null,
        to: null,
        eventId: null,
      },
    ]);
  });

  test('keeps the number of every entry while it grows', () => {
    expect(timelineOf([created, ready])).toEqual(timeline.slice(0, 3));
  });
});

test('the longest timeline, of a hundred shipments sent and delivered and a note of full length, has 140 kB', () => {
  const moved = (name: 'ship' | 'deliver') => Array.from({ length: 100 }, (): HistoryEntry => ({ ...ready, name: 'order.shipment_delivered', from: 'completed', to: 'completed', cause: { name } }));
  const noted: HistoryEntry = { ...expired, cause: { name: 'cancellation', note: '😀'.repeat(5000) } };
  const entries = timelineOf([created, ready, ...moved('ship'), ...moved('deliver'), noted]);
  expect(Buffer.byteLength(JSON.stringify({ items: entries }))).toBeLessThan(140_000);
});
