import type { Money } from '@souk/contracts/money';
import type { Surroundings } from '../src/domain/outcome.ts';
import type {
  CapturedPayment,
  FailedPayment,
  FailedRefund,
  PendingPayment,
  PendingRefund,
  SucceededRefund,
  VoidedPayment,
} from '../src/domain/payment.ts';
import type { PaymentMethod } from '../src/domain/payment-method.ts';

export const NOW = Date.UTC(2026, 10, 22, 12);

/** A UUIDv7 that says which one it is. */
export function uuid(number: number): string {
  return `00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}

export function eur(amount: number): Money {
  return { amount, currency: 'EUR' };
}

export const ORDER = uuid(0xa);
export const CUSTOMER = uuid(0xc);
export const PAYMENT = uuid(0xb);

/** Causes: of the message that is decided on, and of the charge and the refund before it. */
export const MESSAGE = { causationId: uuid(0x1e), traceparent: `00-${'1e'.repeat(16)}-${'1e'.repeat(8)}-01` };
export const ASKED = { causationId: uuid(0x1a), traceparent: `00-${'1a'.repeat(16)}-${'1a'.repeat(8)}-01` };

/** `newId` counts from 0x100. */
export function surroundings(now = NOW): Surroundings {
  let ids = 0xff;
  return { now, newId: () => uuid((ids += 1)), cause: MESSAGE };
}

const facts = {
  id: PAYMENT,
  orderId: ORDER,
  userId: CUSTOMER,
  live: true,
  amount: eur(1000),
  orderCancelled: false,
  cause: ASKED,
  cancelledBy: null,
  version: 0,
  createdAt: NOW - 1000,
  updatedAt: NOW - 1000,
};

export function pending(changes: Partial<PendingPayment> = {}): PendingPayment {
  const { createdAt: sentAt } = facts;
  return { ...facts, status: 'pending', token: 'tok_ok', sentAt, attempts: 0, nextCheckAt: NOW + 9000, ...changes };
}

export function captured(changes: Partial<CapturedPayment> = {}): CapturedPayment {
  return { ...facts, version: 1, status: 'captured', gatewayReference: 'ch_1', refunded: 0, refunding: 0, ...changes };
}

export function failed(changes: Partial<FailedPayment> = {}): FailedPayment {
  return { ...facts, version: 1, status: 'failed', failureReason: 'card_declined', ...changes };
}

export function voided(changes: Partial<VoidedPayment> = {}): VoidedPayment {
  return { ...facts, version: 1, orderCancelled: true, status: 'voided', ...changes };
}

const refundFacts = {
  id: uuid(0xd),
  paymentId: PAYMENT,
  orderId: ORDER,
  amount: eur(400),
  reason: 'late delivery',
  requestedBy: uuid(0xe),
  cause: ASKED,
  createdAt: NOW - 1000,
  updatedAt: NOW - 1000,
};

export function pendingRefund(changes: Partial<PendingRefund> = {}): PendingRefund {
  return { ...refundFacts, status: 'pending', attempts: 0, nextCheckAt: NOW + 9000, ...changes };
}

export function succeededRefund(changes: Partial<SucceededRefund> = {}): SucceededRefund {
  return { ...refundFacts, status: 'succeeded', gatewayReference: 're_1', ...changes };
}

export function failedRefund(changes: Partial<FailedRefund> = {}): FailedRefund {
  return { ...refundFacts, status: 'failed', failureReason: 'account_closed', ...changes };
}

export function method(changes: Partial<PaymentMethod> = {}): PaymentMethod {
  const card = { token: 'tok_ok', brand: 'Simulator', last4: '4242', label: null };
  return { id: uuid(0xf), userId: CUSTOMER, ...card, createdAt: NOW - 5000, ...changes };
}
