import type { Cause, Payment } from '../domain/payment.ts';
import type { PaymentsTable } from './payment-schema.ts';

export const PAYMENT_COLUMNS = [
  ...([
    'order_id',
    'id',
    'user_id',
    'live',
    'status',
    'amount',
    'currency',
    'refunded',
    'refunding',
    'token',
    'sent_at',
  ] as const),
  ...(['attempts', 'next_check_at', 'order_cancelled', 'gateway_reference', 'failure_reason', 'version'] as const),
  ...(['caused_by', 'traceparent', 'cancelled_by', 'cancelled_traceparent', 'created_at', 'updated_at'] as const),
];

/** The columns that updates write. The others are written once; leaving them out leaves their indexes alone. */
export const CHANGING_PAYMENT_COLUMNS = PAYMENT_COLUMNS.filter(
  (column) => !['order_id', 'id', 'user_id', 'live', 'amount', 'currency', 'caused_by', 'traceparent', 'created_at'].includes(column),
);

/**
 * Columns that tell a payment's states apart. `version` counts the entries of its history; the others tell apart what
 * happens while it is pending.
 */
export const PAYMENT_STATE_COLUMNS = ['version', 'order_cancelled', 'sent_at', 'attempts', 'next_check_at'] as const satisfies (keyof PaymentsTable)[];

const NOTHING = {
  refunded: 0,
  refunding: 0,
  token: null,
  sent_at: null,
  attempts: 0,
  next_check_at: null,
  gateway_reference: null,
  failure_reason: null,
} satisfies Partial<PaymentsTable>;

export function paymentToRow(payment: Payment): PaymentsTable {
  return {
    order_id: payment.orderId,
    id: payment.id,
    user_id: payment.userId,
    live: payment.live ? 1 : 0,
    status: payment.status,
    amount: payment.amount?.amount ?? null,
    currency: payment.amount?.currency ?? null,
    ...NOTHING,
    ...columnsOfStatus(payment),
    order_cancelled: payment.orderCancelled ? 1 : 0,
    caused_by: payment.cause.causationId,
    traceparent: payment.cause.traceparent,
    cancelled_by: payment.cancelledBy?.causationId ?? null,
    cancelled_traceparent: payment.cancelledBy?.traceparent ?? null,
    version: payment.version,
    created_at: payment.createdAt,
    updated_at: payment.updatedAt,
  };
}

function columnsOfStatus(payment: Payment): Partial<PaymentsTable> {
  switch (payment.status) {
    case 'pending': {
      const { token, sentAt, attempts, nextCheckAt } = payment;
      return { token, sent_at: sentAt, attempts, next_check_at: nextCheckAt };
    }
    case 'captured': {
      const { gatewayReference, refunded, refunding } = payment;
      // An earlier version rejects a captured row without a reference as incomplete.
      return { gateway_reference: gatewayReference ?? '', refunded, refunding };
    }
    case 'failed':
      return { failure_reason: payment.failureReason };
    case 'voided':
      return {};
    default:
      return payment satisfies never;
  }
}

export function paymentFromRow(row: PaymentsTable): Payment {
  const facts = {
    id: row.id,
    orderId: row.order_id,
    userId: row.user_id,
    live: row.live === 1,
    orderCancelled: row.order_cancelled === 1,
    cause: { causationId: row.caused_by, traceparent: row.traceparent },
    cancelledBy: cancelledBy(row),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
  const amount = row.amount === null || row.currency === null ? null : { amount: row.amount, currency: row.currency };
  if (row.status === 'voided') return { ...facts, status: 'voided', amount };
  const { token, sent_at: sentAt, attempts, next_check_at: nextCheckAt, gateway_reference: gatewayReference } = row;
  const { refunded, refunding, failure_reason: failureReason } = row;
  if (amount !== null) {
    if (row.status === 'pending' && token !== null && sentAt !== null && nextCheckAt !== null) {
      return { ...facts, status: 'pending', amount, token, sentAt, attempts, nextCheckAt };
    }
    if (row.status === 'captured' && gatewayReference !== null) {
      return { ...facts, status: 'captured', amount, gatewayReference: gatewayReference || null, refunded, refunding };
    }
    if (row.status === 'failed' && failureReason !== null) return { ...facts, status: 'failed', amount, failureReason };
  }
  throw new Error(`the row of payment ${row.id} is not whole`);
}

function cancelledBy({ cancelled_by: causationId, cancelled_traceparent: traceparent }: PaymentsTable): Cause | null {
  return causationId === null && traceparent === null ? null : { causationId, traceparent };
}
