import type { Money } from '@souk/contracts/money';
import { giveBack } from './give-back.ts';
import { changed, type HistoryEntry, type Outcome, type Surroundings } from './outcome.ts';
import type { CapturedPayment, FailedPayment, Payment, PendingPayment, VoidedPayment } from './payment.ts';
import type { PaymentMessage } from './payment-message.ts';

type Succeeded = Extract<PaymentMessage, { on: 'gateway.succeeded' }>;
type Declined = Extract<PaymentMessage, { on: 'gateway.declined' }>;

export function capture(payment: PendingPayment, { reference }: Succeeded, surroundings: Surroundings): Outcome {
  const captured = capturedFrom(payment, payment.amount, reference, surroundings);
  const history = [completed(captured, surroundings)];
  return payment.orderCancelled ? giveBack(captured, history, surroundings) : changed(captured, { history });
}

/**
 * Money was taken after all, for an order that nobody will deliver: it goes back at once. After `payment.failed` there
 * is no `payment.completed` any more, because the order could hear the second one first and be completed by it.
 */
export function captureLate(
  payment: FailedPayment | VoidedPayment,
  { reference }: Succeeded,
  surroundings: Surroundings,
): Outcome {
  if (payment.amount === null)
    return { kind: 'anomaly', cause: 'the gateway captured a payment that was never asked for' };
  const captured = { ...capturedFrom(payment, payment.amount, reference, surroundings), orderCancelled: true };
  const late = { note: 'payment.captured_late', context: { from: payment.status, amount: payment.amount } } as const;
  return giveBack(captured, [payment.status === 'failed' ? late : completed(captured, surroundings)], surroundings);
}

export function fail(payment: PendingPayment, { reason }: Declined, { now }: Surroundings): Outcome {
  const { id, orderId, userId, amount, orderCancelled, version, createdAt } = payment;
  const data = { orderId, paymentId: id, reason };
  return changed(
    {
      id,
      orderId,
      userId,
      amount,
      orderCancelled,
      version,
      createdAt,
      updatedAt: now,
      status: 'failed',
      failureReason: reason,
    },
    { history: [{ type: 'payment.failed', data }] },
  );
}

function capturedFrom(
  { id, orderId, userId, orderCancelled, version, createdAt }: Payment,
  amount: Money,
  gatewayReference: string,
  { now }: Surroundings,
): CapturedPayment {
  const facts = { id, orderId, userId, amount, orderCancelled, version, createdAt, updatedAt: now };
  return { ...facts, status: 'captured', gatewayReference, refunded: 0, refunding: 0 };
}

function completed({ id, orderId, amount }: CapturedPayment, { now }: Surroundings): HistoryEntry {
  const data = { orderId, paymentId: id, amount, capturedAt: new Date(now).toISOString() };
  return { type: 'payment.completed', data };
}
