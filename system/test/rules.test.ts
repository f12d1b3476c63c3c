import { describe, expect, test } from 'bun:test';
import { acceptedOrdersExist } from '../src/verify/order-rules.ts';
import { violationsOf } from '../src/verify/rule.ts';
import { RULES } from '../src/verify/rules.ts';
import type { Snapshot } from '../src/verify/snapshot.ts';
import { CATALOGUE_FAULTS } from './support/faults/catalogue-faults.ts';
import { ERASURE_FAULTS } from './support/faults/erasure-faults.ts';
import { LOW_STOCK_FAULTS } from './support/faults/low-stock-faults.ts';
import { MESSAGE_FAULTS } from './support/faults/message-faults.ts';
import { MONEY_FAULTS } from './support/faults/money-faults.ts';
import { ORDER_FAULTS } from './support/faults/order-faults.ts';
import { PARCEL_FAULTS } from './support/faults/parcel-faults.ts';
import { REFUND_FAULTS } from './support/faults/refund-faults.ts';
import { STOCK_FAULTS } from './support/faults/stock-faults.ts';
import { anEvent, aService, healthy, healthySnapshot } from './support/healthy-snapshot.ts';

const FAULTS = [
  ...ORDER_FAULTS,
  ...PARCEL_FAULTS,
  ...STOCK_FAULTS,
  ...LOW_STOCK_FAULTS,
  ...MONEY_FAULTS,
  ...REFUND_FAULTS,
  ...ERASURE_FAULTS,
  ...CATALOGUE_FAULTS,
  ...MESSAGE_FAULTS,
];

function brokenBy(facts: Partial<Snapshot>): ReadonlySet<string> {
  return new Set(violationsOf(RULES, healthySnapshot(facts)).map(({ promise }) => promise));
}

describe('the checker', () => {
  test('finds nothing in a healthy shop', () => {
    expect(violationsOf(RULES, healthy)).toEqual([]);
  });

  test('lets a service have events of its own that nobody is told of', () => {
    const note = anEvent({ id: 'note', stream: 'something', published: false });
    const events = [...healthy.services.flatMap((service) => service.events), note];
    expect(brokenBy({ services: [aService({ events })] })).toEqual(new Set());
  });

  test('lets somebody leave whose orders are erased', () => {
    const events = [anEvent({ type: 'user.deleted', stream: 'u-1', published: false })];
    const services = [...healthy.services, aService({ service: 'user', events })];
    const orders = healthy.orders.map((order) => ({ ...order, isErased: true }));
    expect(brokenBy({ services, orders, paymentMethods: [] })).toEqual(new Set());
  });

  test.each(FAULTS.map((fault) => [fault.what, fault] as const))('finds %s', (_, { facts, breaks }) => {
    expect(brokenBy(facts)).toEqual(new Set(breaks));
  });

  test('finds an accepted order that is gone', () => {
    const rule = acceptedOrdersExist(['o-paid', 'o-lost']);
    expect(violationsOf([rule], healthy).map(({ what }) => what)).toEqual(['order o-lost was accepted and is gone']);
  });

  test('is shown a fault for every rule it knows', () => {
    const covered = new Set(FAULTS.flatMap(({ breaks }) => breaks));
    expect(RULES.map(({ promise }) => promise).filter((promise) => !covered.has(promise))).toEqual([]);
  });
});
