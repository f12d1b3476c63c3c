import type { Money } from '@souk/contracts/money';
import type { Cause } from './cause.ts';

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
