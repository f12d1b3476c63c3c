import { keptCause } from './cause.ts';
import { captureNothing } from './charge-settled.ts';
import type { GatewayTask } from './gateway-call.ts';
import { changed, type Outcome, type Surroundings } from './outcome.ts';
import { CALL_LEASE_MS } from './gateway-timing.ts';
import type { PendingPayment } from './payment.ts';
import type { PaymentMessage } from './payment-message.ts';

type ReadyForPayment = Extract<PaymentMessage, { on: 'order.ready_for_payment' }>;
type OrderCancelled = Extract<PaymentMessage, { on: 'order.cancelled' }>;

/** A payment method pays only for its owner's orders; another user's method is treated as missing. */
export function begin(_: undefined, message: ReadyForPayment, surroundings: Surroundings): Outcome {
  const { orderId, userId, amount, method, live } = message;
  const { now } = surroundings;
  const facts = {
    id: surroundings.newId(),
    orderId,
    userId,
    amount,
    live,
    orderCancelled: false,
    cause: keptCause(surroundings.cause),
    cancelledBy: null,
    version: 0,
    createdAt: now,
    updatedAt: now,
  };
  if (method?.userId !== userId) {
    const failureReason = 'payment_method_not_found';
    const data = { orderId, paymentId: facts.id, reason: failureReason };
    return changed({ ...facts, status: 'failed', failureReason }, { history: [{ type: 'payment.failed', data }] });
  }
  if (amount.amount === 0) return captureNothing(facts, surroundings);
  const { token } = method;
  const payment: PendingPayment = {
    ...facts,
    status: 'pending',
    token,
    sentAt: now,
    attempts: 0,
    nextCheckAt: now + CALL_LEASE_MS,
  };
  return changed(payment, { tasks: [chargeTask(payment)] });
}

/** The cancellation overtook the request: the row stays as a tombstone, so that this order is never charged. */
export function tombstone(_: undefined, { orderId, userId }: OrderCancelled, { now, newId, cause }: Surroundings): Outcome {
  const kept = { cause: keptCause(cause), cancelledBy: null };
  const facts = { id: newId(), orderId, userId, live: false, orderCancelled: true, ...kept, version: 0, createdAt: now, updatedAt: now };
  return changed(
    { ...facts, status: 'voided', amount: null },
    { history: [{ note: 'payment.voided', context: { from: 'none' } }] },
  );
}

export function chargeTask({ orderId, id, amount, token }: PendingPayment): GatewayTask {
  return { kind: 'charge', orderId, paymentId: id, amount, token };
}
