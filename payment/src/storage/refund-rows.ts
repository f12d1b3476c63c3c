import type { Refund } from '../domain/payment.ts';
import type { RefundsTable } from './payment-schema.ts';

export const REFUND_COLUMNS = [
  ...(['id', 'payment_id', 'order_id', 'amount', 'currency', 'reason', 'requested_by', 'status', 'attempts'] as const),
  ...(['next_check_at', 'gateway_reference', 'failure_reason', 'caused_by', 'traceparent', 'created_at', 'updated_at'] as const),
];

export function refundToRow(refund: Refund): RefundsTable {
  return {
    id: refund.id,
    payment_id: refund.paymentId,
    order_id: refund.orderId,
    amount: refund.amount.amount,
    currency: refund.amount.currency,
    reason: refund.reason,
    requested_by: refund.requestedBy,
    caused_by: refund.cause.causationId,
    traceparent: refund.cause.traceparent,
    status: refund.status,
    attempts: refund.status === 'pending' ? refund.attempts : 0,
    next_check_at: refund.status === 'pending' ? refund.nextCheckAt : null,
    gateway_reference: refund.status === 'succeeded' ? refund.gatewayReference : null,
    failure_reason: refund.status === 'failed' ? refund.failureReason : null,
    created_at: refund.createdAt,
    updated_at: refund.updatedAt,
  };
}

export function refundFromRow(row: RefundsTable): Refund {
  const facts = {
    id: row.id,
    paymentId: row.payment_id,
    orderId: row.order_id,
    amount: { amount: row.amount, currency: row.currency },
    reason: row.reason,
    requestedBy: row.requested_by,
    cause: { causationId: row.caused_by, traceparent: row.traceparent },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
  const {
    attempts,
    next_check_at: nextCheckAt,
    gateway_reference: gatewayReference,
    failure_reason: failureReason,
  } = row;
  if (row.status === 'pending' && nextCheckAt !== null) return { ...facts, status: 'pending', attempts, nextCheckAt };
  if (row.status === 'succeeded' && gatewayReference !== null)
    return { ...facts, status: 'succeeded', gatewayReference };
  if (row.status === 'failed' && failureReason !== null) return { ...facts, status: 'failed', failureReason };
  throw new Error(`the row of refund ${row.id} is not whole`);
}
