import type {
  Payment as PublishedPayment,
  PaymentMethod as PublishedMethod,
  Refund as PublishedRefund,
} from '@souk/contracts/http/payment';
import type { PaymentMethod } from '../domain/payment-method.ts';
import type { Refund } from '../domain/payment.ts';
import type { AskedPayment } from '../storage/payment-store.ts';

/** The payment as callers see it: no token, no internal fields. */
export function paymentRepresentation(payment: AskedPayment): PublishedPayment {
  const { id, orderId, userId, live, amount, status } = payment;
  return {
    id,
    orderId,
    userId,
    live,
    amount,
    status,
    refunded: { amount: payment.status === 'captured' ? payment.refunded : 0, currency: amount.currency },
    failureReason: payment.status === 'failed' ? payment.failureReason : null,
    gatewayReference: payment.status === 'captured' ? payment.gatewayReference : null,
    createdAt: time(payment.createdAt),
    updatedAt: time(payment.updatedAt),
  };
}

export function refundRepresentation({ id, paymentId, amount, reason, status, createdAt }: Refund): PublishedRefund {
  return { id, paymentId, amount, reason, status, createdAt: time(createdAt) };
}

export function methodRepresentation({ id, brand, last4, label, createdAt }: PaymentMethod): PublishedMethod {
  return { id, brand, last4, label, createdAt: time(createdAt) };
}

function time(at: number): string {
  return new Date(at).toISOString();
}
