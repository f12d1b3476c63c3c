import { describe, expect, test } from 'bun:test';
import { acceptedOrdersExist } from '../src/verify/order-rules.ts';
import { violationsOf } from '../src/verify/rule.ts';
import { RULES } from '../src/verify/rules.ts';
import type { Snapshot } from '../src/verify/snapshot.ts';
import {
  aMovement,
  anEvent,
  anOrder,
  aPayment,
  aRefund,
  aReservation,
  aService,
  healthySnapshot,
} from './support/healthy-snapshot.ts';

const healthy = healthySnapshot();
const [paid, back, short] = healthy.orders as [Snapshot['orders'][number], Snapshot['orders'][number], Snapshot['orders'][number]];
const [receipt, ...otherMovements] = healthy.movements;
const level = { sku: 'LAMP', warehouseId: 'w-1', onHand: 8, reserved: 0 };

interface Fault {
  readonly what: string;
  readonly breaks: readonly string[];
  readonly facts: Partial<Snapshot>;
}

const ENDS = 'every order ends';
const WAITS = 'an order that has ended waits for nothing';
const OVERSOLD = 'at no moment of the ledger was more promised than there was';
const ON_HAND = 'stock on hand is the sum of its movements';
const RESERVED = 'what is reserved is the sum of the open reservations';
const RESERVATION = 'a reservation ends as its order does';
const PAID = 'a completed order is paid exactly once, any other that has ended keeps nothing';
const SAYS = 'an order says what became of its money';
const REFUNDS = 'no more is refunded than was captured, and every refund is in the books once';
const BOOKS = 'our books and those of the gateway agree';
const TOTALS = 'totals add up';
const VERSIONS = 'every event version of everything is 1..n without gap';
const HISTORY = 'an order is as old as its history';
const SENT = 'every event that was committed is in the log';
const LEFT = 'nothing waits and nothing was given up';

const FAULTS: readonly Fault[] = [
  {
    what: 'an order that is still placed',
    breaks: [ENDS],
    facts: { orders: [paid, back, { ...short, status: 'placed', reason: null }] },
  },
  {
    what: 'an order that waits for its payment',
    breaks: [ENDS],
    facts: {
      orders: [paid, { ...back, status: 'awaiting_payment', reason: null }, short],
      reservations: [...healthy.reservations.filter(({ orderId }) => orderId !== 'o-back'), aReservation({ orderId: 'o-back', status: 'reserved', lines: [] })],
    },
  },
  { what: 'a deadline of an order that has ended', breaks: [WAITS], facts: { orders: [{ ...paid, deadlineAt: 1 }, back, short] } },
  {
    what: 'a payment that is pending though its order has ended',
    breaks: [WAITS, SAYS],
    facts: { payments: [...healthy.payments, aPayment({ id: 'p-open', orderId: 'o-short', status: 'pending', amount: 99_000 })] },
  },
  {
    what: 'a refund that is pending though its order has ended',
    breaks: [WAITS],
    facts: { refunds: [...healthy.refunds, aRefund({ id: 'r-open', paymentId: 'p-paid', status: 'pending' })] },
  },
  {
    what: 'more reserved than there was, put right later',
    breaks: [OVERSOLD],
    facts: {
      movements: [...healthy.movements, aMovement({ reservedDelta: 9, onHandAfter: 8, reservedAfter: 9 }), aMovement({ reservedDelta: -9, onHandAfter: 8 })],
    },
  },
  {
    what: 'less than nothing reserved, put right later',
    breaks: [OVERSOLD],
    facts: {
      movements: [...healthy.movements, aMovement({ reservedDelta: -1, onHandAfter: 8, reservedAfter: -1 }), aMovement({ reservedDelta: 1, onHandAfter: 8 })],
    },
  },
  {
    what: 'a line of the ledger whose sum is wrong',
    breaks: [OVERSOLD],
    facts: { movements: [{ ...(receipt ?? aMovement()), onHandAfter: 11 }, ...otherMovements] },
  },
  { what: 'a level that no movement explains', breaks: [ON_HAND], facts: { levels: [{ ...level, onHand: 9 }] } },
  { what: 'movements without a level', breaks: [ON_HAND], facts: { levels: [] } },
  { what: 'a reserved piece that no order holds', breaks: [RESERVED], facts: { levels: [{ ...level, reserved: 1 }] } },
  {
    what: 'an open reservation of a completed order',
    breaks: [RESERVED, RESERVATION],
    facts: { reservations: [aReservation({ status: 'reserved' }), ...healthy.reservations.slice(1)] },
  },
  { what: 'a completed order without a reservation', breaks: [RESERVATION], facts: { reservations: healthy.reservations.slice(1) } },
  {
    what: 'a committed reservation of a cancelled order',
    breaks: [RESERVATION],
    facts: { reservations: healthy.reservations.map((reservation) => ({ ...reservation, ...(reservation.orderId === 'o-back' && { status: 'committed' as const }) })) },
  },
  {
    what: 'a reservation of an order that is not there',
    breaks: [RESERVATION],
    facts: { reservations: [...healthy.reservations, aReservation({ orderId: 'o-nobody' })] },
  },
  {
    what: 'a completed order that nobody paid',
    breaks: [PAID, SAYS],
    facts: { payments: healthy.payments.slice(1), charges: healthy.charges.slice(1) },
  },
  {
    what: 'a completed order that was paid in part',
    breaks: [PAID],
    facts: { payments: [aPayment({ amount: 1999 }), ...healthy.payments.slice(1)], charges: [{ key: 'payment:p-paid', amount: 1999, taken: true, refunded: 0 }, ...healthy.charges.slice(1)] },
  },
  {
    what: 'money kept for a cancelled order',
    breaks: [PAID, SAYS],
    facts: {
      payments: [aPayment(), aPayment({ id: 'p-back', orderId: 'o-back', amount: 1000, refunded: 400 })],
      refunds: [aRefund({ amount: 400 })],
      charges: [...healthy.charges.slice(0, 1), { key: 'payment:p-back', amount: 1000, taken: true, refunded: 400 }],
    },
  },
  {
    what: 'a payment of an order that is not there',
    breaks: [PAID],
    facts: { payments: [...healthy.payments, aPayment({ id: 'p-x', orderId: 'o-nobody', status: 'failed' })] },
  },
  {
    what: 'a second payment of one order',
    breaks: [PAID],
    facts: { payments: [...healthy.payments, aPayment({ id: 'p-again' })], charges: [...healthy.charges, { key: 'payment:p-again', amount: 2000, taken: true, refunded: 0 }] },
  },
  {
    what: 'a paid order that says it was given its money back',
    breaks: [SAYS],
    facts: { orders: [{ ...paid, paymentStatus: 'refunded' }, back, short] },
  },
  {
    what: 'more refunded than was captured',
    breaks: [REFUNDS, PAID],
    facts: {
      payments: [aPayment(), aPayment({ id: 'p-back', orderId: 'o-back', amount: 1000, refunded: 1100 })],
      refunds: [aRefund({ amount: 1100 })],
      charges: [...healthy.charges.slice(0, 1), { key: 'payment:p-back', amount: 1000, taken: true, refunded: 1100 }],
    },
  },
  { what: 'a refund that the payment knows nothing of', breaks: [REFUNDS], facts: { refunds: [aRefund(), aRefund({ id: 'r-again', amount: 1 })] } },
  { what: 'a payment whose refund is missing', breaks: [REFUNDS], facts: { refunds: [] } },
  {
    what: 'a charge the gateway never took',
    breaks: [BOOKS],
    facts: { charges: healthy.charges.map((charge) => ({ ...charge, taken: charge.key !== 'payment:p-paid' })) },
  },
  {
    what: 'a refund the gateway never made',
    breaks: [BOOKS],
    facts: { charges: healthy.charges.map((charge) => ({ ...charge, refunded: 0 })) },
  },
  {
    what: 'money the gateway took for nothing',
    breaks: [BOOKS],
    facts: { charges: [...healthy.charges, { key: 'payment:p-ghost', amount: 1, taken: true, refunded: 0 }] },
  },
  { what: 'a total that its lines do not make', breaks: [TOTALS], facts: { orderLines: healthy.orderLines.slice(0, 2) } },
  {
    what: 'a gap in the versions of an order',
    breaks: [VERSIONS],
    facts: { services: [aService({ events: healthyEvents().map((event) => (event.stream === 'o-paid' && event.version === 3 ? { ...event, version: 4 } : event)) })] },
  },
  {
    what: 'a version that was given twice',
    breaks: [VERSIONS],
    facts: { services: [aService({ events: healthyEvents().map((event) => (event.stream === 'o-paid' && event.version === 3 ? { ...event, version: 2 } : event)) })] },
  },
  { what: 'an order with a change that its history lacks', breaks: [HISTORY], facts: { orders: [{ ...paid, version: 4 }, back, short] } },
  {
    what: 'a committed event that never went out',
    breaks: [SENT],
    facts: { logged: new Set([...healthy.logged].filter((id) => id !== 'o-back/4')) },
  },
  { what: 'events that are not marked as sent', breaks: [SENT], facts: { services: [aService({ unsent: 1 })] } },
  { what: 'a message that nobody has handled', breaks: [LEFT], facts: { unhandled: 1 } },
  { what: 'a parked message', breaks: [LEFT], facts: { services: [aService({ parked: 1 })] } },
  { what: 'a dead letter', breaks: [LEFT], facts: { services: [aService({ deadLetters: ['the value is not JSON'] })] } },
];

function healthyEvents() {
  return healthy.services.flatMap(({ events }) => events);
}

function brokenBy(facts: Partial<Snapshot>): ReadonlySet<string> {
  return new Set(violationsOf(RULES, healthySnapshot(facts)).map(({ promise }) => promise));
}

describe('the checker', () => {
  test('finds nothing in a healthy shop', () => {
    expect(violationsOf(RULES, healthy)).toEqual([]);
  });

  test('lets a service have events of its own that nobody is told of', () => {
    const events = [...healthyEvents(), anEvent({ id: 'note', stream: 'something', published: false })];
    expect(violationsOf(RULES, healthySnapshot({ services: [aService({ events })] }))).toEqual([]);
  });

  test.each(FAULTS.map((fault) => [fault.what, fault] as const))('finds %s', (_, { facts, breaks }) => {
    expect(brokenBy(facts)).toEqual(new Set(breaks));
  });

  test('finds an accepted order that is gone', () => {
    const rule = acceptedOrdersExist(['o-paid', 'o-lost']);
    expect(violationsOf([rule], healthy).map(({ what }) => what)).toEqual(['order o-lost was accepted and is gone']);
  });

  test('has a fault here for every rule it knows', () => {
    const covered = new Set(FAULTS.flatMap(({ breaks }) => breaks));
    expect(RULES.map(({ promise }) => promise).filter((promise) => !covered.has(promise))).toEqual([]);
    expect(violationsOf(RULES, healthySnapshot({ orders: [anOrder(), back, short] }))).toEqual([]);
  });
});
