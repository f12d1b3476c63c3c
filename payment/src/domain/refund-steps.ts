import { giveBack, refundTask } from './give-back.ts';
import { changed, type Outcome, type Surroundings } from './outcome.ts';
import { backOffMs, CALL_LEASE_MS, CAPTURE_LIMIT_MS } from './gateway-timing.ts';
import type { CapturedPayment } from './payment.ts';
import { CHARGE_NOT_CAPTURED, type GatewayMessage } from './payment-message.ts';
import type { FailedRefund, PendingRefund, SucceededRefund } from './refund.ts';

type Succeeded = Extract<GatewayMessage, { on: 'gateway.succeeded' }>;
type Declined = Extract<GatewayMessage, { on: 'gateway.declined' }>;

export function succeed(
  refund: PendingRefund,
  { reference }: Succeeded,
  payment: CapturedPayment,
  { now }: Surroundings,
): Outcome {
  const { attempts: _, nextCheckAt: __, ...facts } = refund;
  const done: SucceededRefund = { ...facts, status: 'succeeded', gatewayReference: reference, updatedAt: now };
  const { amount, currency } = refund.amount;
  const refunded = payment.refunded + amount;
  const data = {
    orderId: payment.orderId,
    paymentId: payment.id,
    refundId: refund.id,
    amount: refund.amount,
    refundedTotal: { amount: refunded, currency },
  };
  const after = { ...payment, refunded, refunding: payment.refunding - amount, updatedAt: now };
  return changed(after, { refunds: [done], history: [{ type: 'payment.refunded', data }] });
}

/** `CHARGE_NOT_CAPTURED` is temporary: the gateway contradicts its own capture, or not all of it knows of the capture yet. */
export function failUnlessTooEarly(refund: PendingRefund, message: Declined, payment: CapturedPayment, surroundings: Surroundings): Outcome {
  const isTooEarly = message.reason === CHARGE_NOT_CAPTURED && surroundings.now < refund.createdAt + CAPTURE_LIMIT_MS;
  return isTooEarly ? askLater(refund, message, payment, surroundings) : fail(refund, message, payment, surroundings);
}

/**
 * Frees the reserved amount. If the order is cancelled, the money still has to go back: a refund of ours follows a declined
 * one of the staff. A declined refund of ours waits for a person: repeating it cannot help.
 */
function fail(
  refund: PendingRefund,
  { reason }: Declined,
  payment: CapturedPayment,
  surroundings: Surroundings,
): Outcome {
  const { now } = surroundings;
  const { attempts: _, nextCheckAt: __, ...facts } = refund;
  const failed: FailedRefund = { ...facts, status: 'failed', failureReason: reason, updatedAt: now };
  const history = [{ note: 'refund.failed', context: { refundId: refund.id, amount: refund.amount, reason } }] as const;
  const after = { ...payment, refunding: payment.refunding - refund.amount.amount, updatedAt: now };
  if (!payment.orderCancelled || refund.requestedBy === null) return changed(after, { refunds: [failed], history });
  const followed = giveBack(after, history, surroundings);
  return { ...followed, refunds: [failed, ...followed.refunds] };
}

export function askLater(refund: PendingRefund, _: unknown, payment: CapturedPayment, { now }: Surroundings): Outcome {
  const { attempts } = refund;
  return changed(payment, { refunds: [{ ...refund, attempts: attempts + 1, nextCheckAt: now + backOffMs(attempts) }] });
}

export function ask(refund: PendingRefund, _: unknown, payment: CapturedPayment, { now }: Surroundings): Outcome {
  if (refund.nextCheckAt > now) return { kind: 'ignored', because: 'somebody is asking already' };
  const { orderId, id: refundId } = refund;
  const asked = { ...refund, nextCheckAt: now + CALL_LEASE_MS };
  return changed(payment, { refunds: [asked], tasks: [{ kind: 'ask-refund', orderId, refundId }] });
}

/** The gateway never received our key: the refund is sent again under the same one. */
export function sendAgain(refund: PendingRefund, _: unknown, payment: CapturedPayment, { now }: Surroundings): Outcome {
  const sent = { ...refund, nextCheckAt: now + CALL_LEASE_MS };
  return changed(payment, { refunds: [sent], tasks: [refundTask(payment, sent)] });
}
