import { describe, expect, test } from 'bun:test';
import type { Changed, Outcome } from '../src/domain/outcome.ts';
import type { Payment } from '../src/domain/payment.ts';
import { answerPayment, PAYMENT_SAGA, type PaymentMessage } from '../src/domain/payment-saga.ts';
import {
  ASKED,
  captured,
  CUSTOMER,
  eur,
  failed,
  MESSAGE,
  method,
  NOW,
  ORDER,
  PAYMENT,
  pending,
  surroundings,
  uuid,
  voided,
} from './builders.ts';

type State = keyof typeof PAYMENT_SAGA;
type On = PaymentMessage['on'];

const GIVEN: Record<State, Payment | undefined> = {
  none: undefined,
  pending: pending({ nextCheckAt: NOW }),
  captured: captured(),
  failed: failed(),
  voided: voided(),
};

const WHEN: { [M in On]: Extract<PaymentMessage, { on: M }> } = {
  'order.ready_for_payment': {
    on: 'order.ready_for_payment',
    live: true,
    orderId: ORDER,
    userId: CUSTOMER,
    amount: eur(1000),
    method: method(),
  },
  'order.cancelled': { on: 'order.cancelled', orderId: ORDER, userId: CUSTOMER },
  'gateway.succeeded': { on: 'gateway.succeeded', reference: 'ch_9' },
  'gateway.declined': { on: 'gateway.declined', reason: 'card_declined' },
  'gateway.unknown': { on: 'gateway.unknown' },
  'gateway.not_received': { on: 'gateway.not_received' },
  'check.due': { on: 'check.due' },
};

/** A changed payment in short: its status, what its history says, what is asked of the gateway. */
const THEN: Record<State, Record<On, string>> = {
  none: {
    'order.ready_for_payment': 'pending [] charge',
    'order.cancelled': 'voided [payment.voided]',
    'gateway.succeeded': 'anomaly',
    'gateway.declined': 'anomaly',
    'gateway.unknown': 'anomaly',
    'gateway.not_received': 'anomaly',
    'check.due': 'anomaly',
  },
  pending: {
    'order.ready_for_payment': 'ignored',
    'order.cancelled': 'pending []',
    'gateway.succeeded': 'captured [payment.completed]',
    'gateway.declined': 'failed [payment.failed]',
    'gateway.unknown': 'pending []',
    'gateway.not_received': 'pending [] charge',
    'check.due': 'pending [] ask-charge',
  },
  captured: {
    'order.ready_for_payment': 'ignored',
    'order.cancelled': 'captured [] refund',
    'gateway.succeeded': 'ignored',
    'gateway.declined': 'anomaly',
    'gateway.unknown': 'ignored',
    'gateway.not_received': 'ignored',
    'check.due': 'ignored',
  },
  failed: {
    'order.ready_for_payment': 'ignored',
    'order.cancelled': 'ignored',
    'gateway.succeeded': 'captured [payment.captured_late] refund',
    'gateway.declined': 'ignored',
    'gateway.unknown': 'ignored',
    'gateway.not_received': 'ignored',
    'check.due': 'ignored',
  },
  voided: {
    'order.ready_for_payment': 'ignored',
    'order.cancelled': 'ignored',
    'gateway.succeeded': 'captured [payment.completed] refund',
    'gateway.declined': 'ignored',
    'gateway.unknown': 'ignored',
    'gateway.not_received': 'ignored',
    'check.due': 'ignored',
  },
};

function inShort(outcome: Outcome): string {
  if (outcome.kind !== 'changed') return outcome.kind;
  const { payment, history, tasks } = outcome;
  const entries = history.map((entry) => ('type' in entry ? entry.type : entry.note));
  return [payment.status, `[${entries.join()}]`, ...tasks.map(({ kind }) => kind)].join(' ');
}

function changedBy(payment: Payment | undefined, message: PaymentMessage, now = NOW): Changed {
  const outcome = answerPayment(payment, message, surroundings(now));
  if (outcome.kind !== 'changed') throw new Error(`nothing changed: ${inShort(outcome)}`);
  return outcome;
}

describe.each(Object.keys(THEN) as State[])('given a payment that is %s', (state) => {
  test.each(Object.keys(WHEN) as On[])('%s has its answer', (on) => {
    expect(inShort(answerPayment(GIVEN[state], WHEN[on], surroundings()))).toBe(THEN[state][on]);
  });

  test('every message has an answer, and there are no others', () => {
    expect(Object.keys(PAYMENT_SAGA[state]).toSorted()).toEqual(Object.keys(WHEN).toSorted());
  });
});

describe('a charge', () => {
  test('is stored with the time of its next check before it is sent', () => {
    const { payment, tasks } = changedBy(undefined, WHEN['order.ready_for_payment']);
    expect(payment).toMatchObject({
      status: 'pending',
      orderId: ORDER,
      sentAt: NOW,
      nextCheckAt: NOW + 10_000,
      version: 0,
    });
    expect(tasks).toEqual([
      { kind: 'charge', orderId: ORDER, paymentId: payment.id, amount: eur(1000), token: 'tok_ok' },
    ]);
  });

  test.each([
    ['unknown', undefined],
    ["another customer's", method({ userId: uuid(0xcc) })],
  ])('with a payment method that is %s fails without asking the gateway', (_, found) => {
    const { payment, history, tasks } = changedBy(undefined, { ...WHEN['order.ready_for_payment'], method: found });
    expect(payment).toMatchObject({ status: 'failed', failureReason: 'payment_method_not_found', version: 1 });
    expect(history).toEqual([
      { type: 'payment.failed', data: { orderId: ORDER, paymentId: payment.id, reason: 'payment_method_not_found' } },
    ]);
    expect(tasks).toEqual([]);
  });

  test('of 0 is captured without the gateway, and gives nothing back when the order is cancelled', () => {
    const { payment, history, tasks } = changedBy(undefined, { ...WHEN['order.ready_for_payment'], amount: eur(0) });
    expect(payment).toMatchObject({ status: 'captured', gatewayReference: null, refunded: 0, refunding: 0, version: 1 });
    expect(history).toMatchObject([{ type: 'payment.completed', data: { orderId: ORDER, amount: eur(0) } }]);
    expect(tasks).toEqual([]);
    const cancelled = changedBy(payment, WHEN['order.cancelled']);
    expect(cancelled).toMatchObject({ payment: { status: 'captured', orderCancelled: true }, refunds: [], history: [], tasks: [] });
  });

  test('of 0 that an earlier version sent and the gateway never received is not sent again', () => {
    expect(inShort(answerPayment(pending({ amount: eur(0) }), WHEN['gateway.not_received'], surroundings()))).toBe('captured [payment.completed]');
  });

  test('keeps its cause, and its refund keeps the cause of the cancellation, even if that came during the charge', () => {
    expect(changedBy(undefined, WHEN['order.ready_for_payment']).payment.cause).toEqual(MESSAGE);
    const cancelled = changedBy(pending(), WHEN['order.cancelled']).payment;
    expect(cancelled).toMatchObject({ cause: ASKED, cancelledBy: MESSAGE });
    const { refunds, payment } = changedBy(cancelled, WHEN['gateway.succeeded']);
    expect([payment.cause, refunds[0]?.cause]).toEqual([ASKED, MESSAGE]);
    expect(changedBy(captured(), WHEN['order.cancelled']).refunds[0]?.cause).toEqual(MESSAGE);
  });

  test('that succeeds is published with its amount, and the token is forgotten', () => {
    const { payment, history } = changedBy(pending(), WHEN['gateway.succeeded']);
    expect(payment).toMatchObject({
      status: 'captured',
      gatewayReference: 'ch_9',
      refunded: 0,
      refunding: 0,
      version: 1,
    });
    expect(payment).not.toHaveProperty('token');
    expect(history).toEqual([
      {
        type: 'payment.completed',
        data: { orderId: ORDER, paymentId: PAYMENT, amount: eur(1000), capturedAt: new Date(NOW).toISOString(), gatewayMs: expect.any(Number) },
      },
    ]);
  });

  test('that ends says how long the gateway took: the call alone, or all time since the request if the call was left open', () => {
    const waited = (payment: Payment, message: PaymentMessage, now = NOW) =>
      changedBy(payment, message, now).history.map((entry) => 'data' in entry && 'gatewayMs' in entry.data && entry.data.gatewayMs);
    const asked = pending({ createdAt: NOW });
    expect(waited(asked, { ...WHEN['gateway.succeeded'], tookMs: 120.4 }, NOW + 5000)).toEqual([120]);
    expect(waited(asked, { ...WHEN['gateway.declined'], tookMs: 80 }, NOW + 5000)).toEqual([80]);
    expect(waited(pending({ createdAt: NOW, attempts: 2 }), { ...WHEN['gateway.succeeded'], tookMs: 80 }, NOW + 5000)).toEqual([5000]);
    expect(waited(asked, WHEN['gateway.succeeded'], NOW + 700)).toEqual([700]);
  });

  test('that is left open is checked after longer and longer pauses', () => {
    let payment: Payment = pending();
    const pauses: number[] = [];
    for (let answer = 0; answer < 9; answer += 1) {
      payment = changedBy(payment, WHEN['gateway.unknown']).payment;
      pauses.push(payment.status === 'pending' ? payment.nextCheckAt - NOW : 0);
    }
    expect(pauses).toEqual([200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 60_000]);
  });

  test('is checked by one caller at a time', () => {
    const { payment } = changedBy(pending({ nextCheckAt: NOW }), WHEN['check.due']);
    expect(answerPayment(payment, WHEN['check.due'], surroundings()).kind).toBe('ignored');
    expect(inShort(answerPayment(payment, WHEN['check.due'], surroundings(NOW + 10_000)))).toBe(
      'pending [] ask-charge',
    );
  });

  test('that the gateway never received is sent again with the same payment id', () => {
    const { tasks, payment } = changedBy(pending({ attempts: 3 }), WHEN['gateway.not_received'], NOW + 60_000);
    expect(tasks).toEqual([{ kind: 'charge', orderId: ORDER, paymentId: PAYMENT, amount: eur(1000), token: 'tok_ok' }]);
    expect(payment).toMatchObject({ sentAt: NOW + 60_000, nextCheckAt: NOW + 70_000, attempts: 3 });
  });
});

describe('a cancellation', () => {
  const cancelled = pending({ orderCancelled: true });

  test('during a charge is remembered, and the checks start over with the shortest pause', () => {
    const { payment } = changedBy(pending({ attempts: 7, nextCheckAt: NOW + 60_000 }), WHEN['order.cancelled']);
    expect(payment).toMatchObject({ status: 'pending', orderCancelled: true, attempts: 0, nextCheckAt: NOW + 10_000 });
    expect(answerPayment(payment, WHEN['order.cancelled'], surroundings()).kind).toBe('ignored');
  });

  test('before a success refunds the money at once', () => {
    const { payment, history, refunds, tasks } = changedBy(cancelled, WHEN['gateway.succeeded']);
    expect(payment).toMatchObject({ status: 'captured', refunding: 1000, refunded: 0, version: 1 });
    expect(history.map((entry) => 'type' in entry && entry.type)).toEqual(['payment.completed']);
    const [refund] = refunds;
    expect(refund).toMatchObject({
      status: 'pending',
      amount: eur(1000),
      reason: 'order_cancelled',
      requestedBy: null,
    });
    expect(tasks).toEqual([
      { kind: 'refund', orderId: ORDER, refundId: refund?.id ?? '', amount: eur(1000), chargeReference: 'ch_9' },
    ]);
  });

  test('before a decline leaves a failed payment', () => {
    expect(inShort(answerPayment(cancelled, WHEN['gateway.declined'], surroundings()))).toBe('failed [payment.failed]');
  });

  test('voids a charge that never arrived, but only once it can no longer arrive', () => {
    const early = answerPayment(cancelled, WHEN['gateway.not_received'], surroundings(cancelled.sentAt + 29_999));
    expect(inShort(early)).toBe('pending []');
    const late = answerPayment(cancelled, WHEN['gateway.not_received'], surroundings(cancelled.sentAt + 30_000));
    expect(inShort(late)).toBe('voided [payment.voided]');
  });

  test('is checked again at the latest when the arrival of the charge can be ruled out', () => {
    const asked = { ...cancelled, attempts: 6 };
    const { payment } = changedBy(asked, WHEN['gateway.not_received'], cancelled.sentAt + 18_700);
    expect(payment).toMatchObject({ nextCheckAt: cancelled.sentAt + 30_000 });
  });

  test('refunds what is left, and only once', () => {
    const { payment, refunds } = changedBy(captured({ refunded: 300, refunding: 200 }), WHEN['order.cancelled']);
    expect(refunds.map(({ amount }) => amount)).toEqual([eur(500)]);
    expect(payment).toMatchObject({ orderCancelled: true, refunded: 300, refunding: 700 });
    expect(answerPayment(payment, WHEN['order.cancelled'], surroundings()).kind).toBe('ignored');
  });

  test('of a fully refunded payment is only remembered', () => {
    const { payment, refunds, tasks } = changedBy(captured({ refunded: 1000 }), WHEN['order.cancelled']);
    expect({ refunds, tasks }).toEqual({ refunds: [], tasks: [] });
    expect(payment.orderCancelled).toBe(true);
  });

  test('that comes first leaves a tombstone, so that the order is never charged', () => {
    const { payment } = changedBy(undefined, WHEN['order.cancelled']);
    expect(payment).toMatchObject({ status: 'voided', amount: null, orderCancelled: true });
    expect(answerPayment(payment, WHEN['order.ready_for_payment'], surroundings()).kind).toBe('ignored');
    expect(answerPayment(payment, WHEN['gateway.succeeded'], surroundings()).kind).toBe('anomaly');
  });
});

test('money taken after payment.failed was published goes back without a payment.completed', () => {
  const { payment, history, refunds } = changedBy(failed(), WHEN['gateway.succeeded']);
  expect(history).toEqual([{ note: 'payment.captured_late', context: { from: 'failed', amount: eur(1000) } }]);
  expect(payment).toMatchObject({ status: 'captured', version: 2, refunding: 1000, orderCancelled: true });
  expect(refunds).toHaveLength(1);
});
