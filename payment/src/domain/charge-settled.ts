import type { Money } from '@souk/contracts/money';
import { giveBack } from './give-back.ts';
import { changed, type HistoryEntry, type Outcome, type Surroundings } from './outcome.ts';
import type { CapturedPayment, FailedPayment, PaymentFacts, PendingPayment, VoidedPayment } from './payment.ts';
import type { PaymentMessage } from './payment-message.ts';

type Succeeded = Extract<PaymentMessage, { on: 'gateway.succeeded' }>;
type Declined = Extract<PaymentMessage, { on: 'gateway.declined' }>;

export function capture(payment: PendingPayment, message: Succeeded, surroundings: Surroundings): Outcome {
  const captured = capturedFrom(payment, payment.amount, message.reference, surroundings);
  const history = [completed(captured, surroundings, gatewayMs(payment, message, surroundings))];
  return payment.orderCancelled ? giveBack(captured, history, surroundings) : changed(captured, { history });
}

/** An amount of 0 counts as captured. The gateway takes no such charge and is not asked. */
export function captureNothing(payment: PaymentFacts & { readonly amount: Money }, surroundings: Surroundings): Outcome {
  const captured = capturedFrom(payment, payment.amount, null, surroundings);
  return changed(captured, { history: [completed(captured, surroundings)] });
}

/**
 * Money was taken after all for an order that will not be delivered: it is refunded at once. `payment.completed` never
 * follows `payment.failed`, because the order could receive the second one first and be completed by it.
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

export function fail(payment: PendingPayment, message: Declined, surroundings: Surroundings): Outcome {
  const { reason } = message;
  const { id: paymentId, orderId, amount } = payment;
  const data = { orderId, paymentId, reason, gatewayMs: gatewayMs(payment, message, surroundings) };
  return changed(
    { ...factsOf(payment, surroundings), amount, status: 'failed', failureReason: reason },
    { history: [{ type: 'payment.failed', data }] },
  );
}

/** Milliseconds spent waiting for the gateway. A charge that was left open has waited for nothing else, so all time since its request counts. */
function gatewayMs({ attempts, createdAt }: PendingPayment, { tookMs }: Succeeded | Declined, { now }: Surroundings): number {
  return Math.max(0, Math.round(attempts === 0 && tookMs !== undefined ? tookMs : now - createdAt));
}

/** The fields that a payment keeps once its charge has ended. */
export function factsOf(payment: PaymentFacts, { now }: Surroundings): PaymentFacts {
  const { id, orderId, userId, live, orderCancelled, cause, cancelledBy, version, createdAt } = payment;
  return { id, orderId, userId, live, orderCancelled, cause, cancelledBy, version, createdAt, updatedAt: now };
}

function capturedFrom(
  payment: PaymentFacts,
  amount: Money,
  gatewayReference: string | null,
  surroundings: Surroundings,
): CapturedPayment {
  const facts = { ...factsOf(payment, surroundings), amount };
  return { ...facts, status: 'captured', gatewayReference, refunded: 0, refunding: 0 };
}

function completed({ id, orderId, amount }: CapturedPayment, { now }: Surroundings, waitedMs?: number): HistoryEntry {
  const data = { orderId, paymentId: id, amount, capturedAt: new Date(now).toISOString(), ...(waitedMs !== undefined && { gatewayMs: waitedMs }) };
  return { type: 'payment.completed', data };
}
