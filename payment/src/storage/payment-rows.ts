import type { WebhookEvent } from '../domain/gateway-call.ts';
import type { Cause, Payment, Refund } from '../domain/payment.ts';
import type { ErasedUser, PaymentMethod } from '../domain/payment-method.ts';
import type { AskedPayment } from './payment-store.ts';
import type { ErasedUsersTable, PaymentMethodsTable, PaymentsTable, RefundsTable, WebhookEventsTable } from './payment-schema.ts';

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
  throw new Error(`the row of payment ${row.id} is incomplete`);
}

/** The payment of a row that has an amount. */
export function askedPayment(row: PaymentsTable): AskedPayment {
  const payment = paymentFromRow(row);
  if (payment.status !== 'voided') return payment;
  if (payment.amount === null) throw new Error('a payment that was never asked for has been read');
  return { ...payment, amount: payment.amount };
}

function cancelledBy({ cancelled_by: causationId, cancelled_traceparent: traceparent }: PaymentsTable): Cause | null {
  return causationId === null && traceparent === null ? null : { causationId, traceparent };
}

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
  throw new Error(`the row of refund ${row.id} is incomplete`);
}

export const PAYMENT_METHOD_COLUMNS = ['id', 'user_id', 'token', 'brand', 'last4', 'label', 'created_at'] as const;

export function methodToRow({ id, userId, token, brand, last4, label, createdAt }: PaymentMethod): PaymentMethodsTable {
  return { id, user_id: userId, token, brand, last4, label, created_at: createdAt };
}

export function methodFromRow(row: PaymentMethodsTable): PaymentMethod {
  const { id, user_id: userId, token, brand, last4, label, created_at: createdAt } = row;
  return { id, userId, token, brand, last4, label, createdAt };
}

export const WEBHOOK_EVENT_COLUMNS = ['id', 'payment_key', 'said', 'outcome', 'received_at'] as const;

export function webhookEventToRow({ id, key, said, outcome, receivedAt }: WebhookEvent): WebhookEventsTable {
  return { id, payment_key: key, said, outcome, received_at: receivedAt };
}

export function webhookEventFromRow({ id, payment_key: key, said, outcome, received_at }: WebhookEventsTable): WebhookEvent {
  return { id, key, said, outcome, receivedAt: received_at };
}

export const ERASED_USER_COLUMNS = ['user_id', 'erased_at', 'due_at'] as const;

export function erasedUserToRow({ userId, erasedAt, dueAt }: ErasedUser): ErasedUsersTable {
  return { user_id: userId, erased_at: erasedAt, due_at: dueAt };
}

export function erasedUserFromRow({ user_id: userId, erased_at: erasedAt, due_at: dueAt }: ErasedUsersTable): ErasedUser {
  return { userId, erasedAt, dueAt };
}
