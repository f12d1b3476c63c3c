import { describe, expect, test } from 'bun:test';
import type { Changed, Outcome } from '../src/domain/outcome.ts';
import type { CapturedPayment, Refund } from '../src/domain/payment.ts';
import { CHARGE_NOT_CAPTURED, type CheckDue, type GatewayMessage } from '../src/domain/gateway-call.ts';
import { answerRefund, REFUND_SAGA } from '../src/domain/refund-saga.ts';
import {
  captured,
  eur,
  failedRefund,
  NOW,
  ORDER,
  PAYMENT,
  pendingRefund,
  succeededRefund,
  surroundings,
} from './builders.ts';

type State = keyof typeof REFUND_SAGA;
type RefundMessage = GatewayMessage | CheckDue;
type On = RefundMessage['on'];

const GIVEN: Record<State, Refund> = {
  pending: pendingRefund({ nextCheckAt: NOW }),
  succeeded: succeededRefund(),
  failed: failedRefund(),
};

const WHEN: { [M in On]: Extract<RefundMessage, { on: M }> } = {
  'gateway.succeeded': { on: 'gateway.succeeded', reference: 're_9' },
  'gateway.declined': { on: 'gateway.declined', reason: 'account_closed' },
  'gateway.unknown': { on: 'gateway.unknown' },
  'gateway.not_received': { on: 'gateway.not_received' },
  'check.due': { on: 'check.due' },
};

const THEN: Record<State, Record<On, string>> = {
  pending: {
    'gateway.succeeded': 'succeeded [payment.refunded]',
    'gateway.declined': 'failed [refund.failed]',
    'gateway.unknown': 'pending []',
    'gateway.not_received': 'pending [] refund',
    'check.due': 'pending [] ask-refund',
  },
  succeeded: {
    'gateway.succeeded': 'ignored',
    'gateway.declined': 'anomaly',
    'gateway.unknown': 'ignored',
    'gateway.not_received': 'ignored',
    'check.due': 'ignored',
  },
  failed: {
    'gateway.succeeded': 'anomaly',
    'gateway.declined': 'ignored',
    'gateway.unknown': 'ignored',
    'gateway.not_received': 'ignored',
    'check.due': 'ignored',
  },
};

/** 400 of 1,000 are on their way back. */
const PAID = captured({ refunding: 400 });

function inShort(outcome: Outcome): string {
  if (outcome.kind !== 'changed') return outcome.kind;
  const { refunds, history, tasks } = outcome;
  const entries = history.map((entry) => ('type' in entry ? entry.type : entry.note));
  return [...refunds.map(({ status }) => status), `[${entries.join()}]`, ...tasks.map(({ kind }) => kind)].join(' ');
}

function changedBy(refund: Refund, message: RefundMessage, payment: CapturedPayment = PAID): Changed {
  const outcome = answerRefund(refund, message, payment, surroundings());
  if (outcome.kind !== 'changed') throw new Error(`nothing changed: ${inShort(outcome)}`);
  return outcome;
}

describe.each(Object.keys(THEN) as State[])('given a refund that is %s', (state) => {
  test.each(Object.keys(WHEN) as On[])('%s has its answer', (on) => {
    expect(inShort(answerRefund(GIVEN[state], WHEN[on], PAID, surroundings()))).toBe(THEN[state][on]);
  });

  test('every message has an answer, and there are no others', () => {
    expect(Object.keys(REFUND_SAGA[state]).toSorted()).toEqual(Object.keys(WHEN).toSorted());
  });
});

test('a refund that succeeds moves what was reserved to what is refunded', () => {
  const { payment, history } = changedBy(
    pendingRefund(),
    WHEN['gateway.succeeded'],
    captured({ refunded: 100, refunding: 500 }),
  );
  expect(payment).toMatchObject({ refunded: 500, refunding: 100, version: 2 });
  expect(history).toEqual([
    {
      type: 'payment.refunded',
      data: {
        orderId: ORDER,
        paymentId: PAYMENT,
        refundId: pendingRefund().id,
        amount: eur(400),
        refundedTotal: eur(500),
      },
    },
  ]);
});

test('a refund that the gateway never received is sent again under the same id', () => {
  expect(changedBy(pendingRefund(), WHEN['gateway.not_received']).tasks).toEqual([
    { kind: 'refund', orderId: ORDER, refundId: pendingRefund().id, amount: eur(400), chargeReference: 'ch_1' },
  ]);
});

test('a refund that is left open is checked later, by one caller at a time', () => {
  const [later] = changedBy(pendingRefund({ attempts: 2 }), WHEN['gateway.unknown']).refunds;
  expect(later).toMatchObject({ status: 'pending', attempts: 3, nextCheckAt: NOW + 1000 });
  expect(answerRefund(pendingRefund(), WHEN['check.due'], PAID, surroundings()).kind).toBe('ignored');
});

describe('a refund of money that the gateway has not taken yet', () => {
  const TOO_EARLY = { on: 'gateway.declined', reason: CHARGE_NOT_CAPTURED } as const;

  test('has not failed: it is checked later, with growing pauses, and its amount stays reserved', () => {
    const { payment, refunds, history } = changedBy(pendingRefund({ attempts: 3 }), TOO_EARLY);
    expect(refunds).toMatchObject([{ status: 'pending', attempts: 4, nextCheckAt: NOW + 2000 }]);
    expect({ refunding: payment.status === 'captured' && payment.refunding, history }).toEqual({ refunding: 400, history: [] });
  });

  test('fails after a day', () => {
    const old = pendingRefund({ createdAt: NOW - 86_400_000 });
    expect(changedBy(old, TOO_EARLY).refunds).toMatchObject([{ status: 'failed', failureReason: CHARGE_NOT_CAPTURED }]);
  });
});

describe('a refund that is declined', () => {
  test('frees its reserved amount', () => {
    const { payment, refunds } = changedBy(pendingRefund(), WHEN['gateway.declined']);
    expect(payment).toMatchObject({ refunded: 0, refunding: 0 });
    expect(refunds).toMatchObject([{ status: 'failed', failureReason: 'account_closed' }]);
  });

  test("is followed by a refund of ours if staff had asked for it and the order is cancelled", () => {
    const cancelled = captured({ orderCancelled: true, refunded: 600, refunding: 400 });
    const { payment, refunds, tasks } = changedBy(pendingRefund(), WHEN['gateway.declined'], cancelled);
    expect(payment).toMatchObject({ refunded: 600, refunding: 400 });
    expect(refunds).toMatchObject([{ status: 'failed' }, { status: 'pending', amount: eur(400), requestedBy: null }]);
    expect(tasks).toMatchObject([{ kind: 'refund', refundId: refunds[1]?.id }]);
  });

  test('waits for a person if it was ours', () => {
    const cancelled = captured({ orderCancelled: true, refunding: 400 });
    expect(changedBy(pendingRefund({ requestedBy: null }), WHEN['gateway.declined'], cancelled).tasks).toEqual([]);
  });
});
