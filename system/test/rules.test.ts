import { describe, expect, test } from 'bun:test';
import { RULES } from '../src/verify/check-shop.ts';
import { GOODS_FAULTS } from './support/faults/goods-faults.ts';
import { MESSAGE_FAULTS } from './support/faults/message-faults.ts';
import { MONEY_FAULTS } from './support/faults/money-faults.ts';
import { ORDER_FAULTS } from './support/faults/order-faults.ts';
import { PEOPLE_FAULTS } from './support/faults/people-faults.ts';
import { anEvent, healthy, healthySnapshot } from './support/healthy-snapshot.ts';
import { type Snapshot, storeOf, violationsIn } from './support/snapshot.ts';

const FAULTS = [...ORDER_FAULTS, ...GOODS_FAULTS, ...MONEY_FAULTS, ...PEOPLE_FAULTS, ...MESSAGE_FAULTS];

function brokenBy(facts: Partial<Snapshot>): ReadonlySet<string> {
  return new Set(violationsIn(healthySnapshot(facts)).map(({ promise }) => promise));
}

describe('the checker', () => {
  test('finds nothing in a healthy shop', () => {
    expect(violationsIn(healthy)).toEqual([]);
  });

  test('expects no event in the log that the log refused and that was set aside', () => {
    const refused = anEvent({ id: 'refused', stream: 'something' });
    const events = [...healthy.events, refused];
    expect(brokenBy({ events })).toEqual(new Set(['every event that was committed is in the log']));
    expect(brokenBy({ events, setAside: [{ id: 'refused' }] })).toEqual(new Set());
  });

  test('allows events that are never published', () => {
    const note = anEvent({ id: 'note', stream: 'something', published: false });
    expect(brokenBy({ events: [...healthy.events, note] })).toEqual(new Set());
  });

  test('finds nothing for a deleted user whose orders are erased', () => {
    const events = [...healthy.events, anEvent({ service: 'user', type: 'user.deleted', stream: 'u-1', published: false })];
    const orders = healthy.orders.map((order) => ({ ...order, isErased: true }));
    expect(brokenBy({ events, orders, paymentMethods: [] })).toEqual(new Set());
  });

  test('finds nothing for a deleted user whose delivery is still to come', () => {
    const events = [...healthy.events, anEvent({ service: 'user', type: 'user.deleted', stream: 'u-1', published: false })];
    const orders = healthy.orders.map((order) => ({ ...order, isErased: order.status !== 'completed', isKept: order.status === 'completed' }));
    expect(brokenBy({ events, orders, paymentMethods: [] })).toEqual(new Set());
  });

  test.each(FAULTS.map((fault) => [fault.what, fault] as const))('finds %s', (_, { facts, breaks }) => {
    expect(brokenBy(facts)).toEqual(new Set(breaks));
  });

  test('has a faulty shop for every query of every rule', () => {
    const silent = new Set(RULES.flatMap(({ violations }) => violations));
    for (const { facts } of FAULTS) {
      using store = storeOf(healthySnapshot(facts));
      for (const query of silent) for (const _ of store.texts(query)) silent.delete(query);
    }
    expect([...silent]).toEqual([]);
  });
});
