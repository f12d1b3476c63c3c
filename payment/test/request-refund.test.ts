import { expect, test } from 'bun:test';
import type { Money } from '@souk/contracts/money';
import type { Payment } from '../src/domain/payment.ts';
import { requestRefund } from '../src/domain/refund-saga.ts';
import { captured, eur, failed, NOW, pending, surroundings, uuid, voided } from './builders.ts';

const STAFF = uuid(0xe);

function asked(payment: Payment, amount: Money) {
  return requestRefund(payment, { amount, reason: 'late', requestedBy: STAFF }, surroundings());
}

test('a refund reserves its amount, records who asked for it, and is sent', () => {
  const decision = asked(captured({ refunded: 100, refunding: 200 }), eur(700));
  if (decision.kind !== 'accepted') throw new Error(decision.kind);
  const { refund, change } = decision;
  expect(refund).toMatchObject({ status: 'pending', amount: eur(700), requestedBy: STAFF, nextCheckAt: NOW + 10_000 });
  expect(change.payment).toMatchObject({ refunded: 100, refunding: 900, version: 2 });
  expect(change.history).toEqual([{ note: 'refund.requested', context: { amount: eur(700), requestedBy: STAFF } }]);
  expect(change.tasks).toMatchObject([{ kind: 'refund', refundId: refund.id, chargeReference: 'ch_1' }]);
});

test('refunded and pending amounts both count', () => {
  expect(asked(captured({ refunded: 100, refunding: 200 }), eur(701))).toEqual({ kind: 'exceeds', left: eur(700) });
});

test.each([
  ['pending', pending()],
  ['failed', failed()],
  ['voided', voided()],
])('nothing can be refunded of a payment that is %s', (_, payment) => {
  expect(asked(payment, eur(1))).toEqual({ kind: 'exceeds', left: eur(0) });
});

test('another currency is refused', () => {
  expect(asked(captured(), { amount: 1, currency: 'USD' })).toEqual({ kind: 'wrong-currency', currency: 'EUR' });
});
