import type { Money } from '@souk/contracts/money';
import type { Cause } from './cause.ts';
import type { GatewayTask } from './gateway-call.ts';
import { changed, type Changed, type HistoryEntry, type Surroundings } from './outcome.ts';
import { CALL_LEASE_MS } from './gateway-timing.ts';
import { type CapturedPayment, leftOf } from './payment.ts';
import type { PendingRefund } from './refund.ts';

/** Refunds what is left of a cancelled order's payment; pending refunds count as refunded. */
export function giveBack(
  payment: CapturedPayment,
  history: readonly HistoryEntry[],
  surroundings: Surroundings,
): Changed {
  const left = leftOf(payment);
  if (left === 0) return changed(payment, { history });
  const amount = { amount: left, currency: payment.amount.currency };
  const cause = payment.cancelledBy ?? payment.cause;
  return openRefund(payment, { amount, reason: 'order_cancelled', requestedBy: null, cause }, history, surroundings);
}

interface RefundWish {
  readonly amount: Money;
  readonly reason: string;
  readonly requestedBy: string | null;
  readonly cause: Cause;
}

/** Reserves the amount and creates the task that sends the refund. The caller has checked that this much is left. */
export function openRefund(
  payment: CapturedPayment,
  { amount, reason, requestedBy, cause }: RefundWish,
  history: readonly HistoryEntry[],
  { now, newId }: Surroundings,
): Changed & { readonly refunds: readonly [PendingRefund] } {
  const { id: paymentId, orderId } = payment;
  const facts = { id: newId(), paymentId, orderId, amount, reason, requestedBy, cause, createdAt: now, updatedAt: now };
  const refund: PendingRefund = { ...facts, status: 'pending', attempts: 0, nextCheckAt: now + CALL_LEASE_MS };
  const reserved = { ...payment, refunding: payment.refunding + amount.amount, updatedAt: now };
  return { ...changed(reserved, { history, tasks: [refundTask(payment, refund)] }), refunds: [refund] };
}

export function refundTask({ gatewayReference: chargeReference }: CapturedPayment, { id, orderId, amount }: PendingRefund): GatewayTask {
  if (chargeReference === null) throw new Error(`refund ${id} is of a payment that nothing was taken for`);
  return { kind: 'refund', orderId, refundId: id, amount, chargeReference };
}
