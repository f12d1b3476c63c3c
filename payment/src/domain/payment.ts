import type { Money } from '@souk/contracts/money';

export interface PaymentFacts {
  readonly id: string;
  readonly orderId: string;
  readonly userId: string;
  /** true: its gateway moves money; false: it was made with the simulator. */
  readonly live: boolean;
  /** The order was cancelled: nothing more is charged, and captured money goes back. */
  readonly orderCancelled: boolean;
  /** The message that asked for the payment; for a tombstone, the one that cancelled the order. */
  readonly cause: Cause;
  /** The message that cancelled the order while money was requested or captured; null: none. */
  readonly cancelledBy: Cause | null;
  /** of its history (events and notes): 1..n without gaps; 0 while it is empty */
  readonly version: number;
  /** epoch milliseconds */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** The charge has been sent, or is about to be; only the gateway knows its result. */
export interface PendingPayment extends PaymentFacts {
  readonly status: 'pending';
  readonly amount: Money;
  /** The token that the gateway charges. Kept only while the charge may have to be sent again. */
  readonly token: string;
  /** epoch milliseconds; when the charge was last handed over for sending */
  readonly sentAt: number;
  /** gateway answers that left it open */
  readonly attempts: number;
  /** epoch milliseconds; from then on the gateway has to be asked */
  readonly nextCheckAt: number;
}

export interface CapturedPayment extends PaymentFacts {
  readonly status: 'captured';
  readonly amount: Money;
  /** null: the amount is 0, so the gateway was not asked. */
  readonly gatewayReference: string | null;
  /** minor units; refunds that succeeded */
  readonly refunded: number;
  /** minor units; pending refunds, reserved so that all refunds together never exceed the amount */
  readonly refunding: number;
}

export interface FailedPayment extends PaymentFacts {
  readonly status: 'failed';
  readonly amount: Money;
  readonly failureReason: string;
}

/** Nothing was taken and nothing will be. `amount` is null when the cancellation came before the request. */
export interface VoidedPayment extends PaymentFacts {
  readonly status: 'voided';
  readonly amount: Money | null;
}

export type Payment = PendingPayment | CapturedPayment | FailedPayment | VoidedPayment;

/** Minor units that can still be refunded. */
export function leftOf(payment: CapturedPayment): number {
  return payment.amount.amount - payment.refunded - payment.refunding;
}

interface RefundFacts {
  readonly id: string;
  readonly paymentId: string;
  readonly orderId: string;
  readonly amount: Money;
  readonly reason: string;
  /** The staff member who asked for it; null: the order was cancelled. */
  readonly requestedBy: string | null;
  /** The request or message that asked for it. */
  readonly cause: Cause;
  /** epoch milliseconds */
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface PendingRefund extends RefundFacts {
  readonly status: 'pending';
  /** gateway answers that left it open */
  readonly attempts: number;
  /** epoch milliseconds; from then on the gateway has to be asked */
  readonly nextCheckAt: number;
}

export interface SucceededRefund extends RefundFacts {
  readonly status: 'succeeded';
  readonly gatewayReference: string;
}

export interface FailedRefund extends RefundFacts {
  readonly status: 'failed';
  readonly failureReason: string;
}

export type Refund = PendingRefund | SucceededRefund | FailedRefund;

/** The cause of something that ends later. It is kept in the row, so that the end names it, whoever brings it about. */
export interface Cause {
  /** Id of the message; null: a request. */
  readonly causationId: string | null;
  readonly traceparent: string | null;
}

/** The part of a cause that is kept. */
export function keptCause({ causationId, traceparent }: Cause): Cause {
  return { causationId, traceparent };
}
