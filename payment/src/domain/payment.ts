import type { Money } from '@souk/contracts/money';
import type { Cause } from './cause.ts';

export interface PaymentFacts {
  readonly id: string;
  readonly orderId: string;
  readonly userId: string;
  /** Whether its gateway moves money; false: it was made with the simulator. */
  readonly live: boolean;
  /** The order was cancelled: nothing more is charged, and what was captured goes back. */
  readonly orderCancelled: boolean;
  /** The message that asked for it; for a tombstone, the one that cancelled the order. */
  readonly cause: Cause;
  /** The message that cancelled the order while money was asked for or there; null: none has. */
  readonly cancelledBy: Cause | null;
  /** of its history: events and notes, 1..n without gap; 0 while there is none */
  readonly version: number;
  /** epoch milliseconds */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** The charge is out, or is about to go out; only the gateway knows how it ends. */
export interface PendingPayment extends PaymentFacts {
  readonly status: 'pending';
  readonly amount: Money;
  /** What the gateway charges. Kept only for as long as a charge may have to go out again. */
  readonly token: string;
  /** epoch milliseconds; when the charge was last given out to be sent */
  readonly sentAt: number;
  /** answers of the gateway that left it open */
  readonly attempts: number;
  /** epoch milliseconds; from then on somebody has to ask the gateway */
  readonly nextCheckAt: number;
}

export interface CapturedPayment extends PaymentFacts {
  readonly status: 'captured';
  readonly amount: Money;
  /** null: the amount is 0, so the gateway was not asked. */
  readonly gatewayReference: string | null;
  /** minor units; refunds that succeeded */
  readonly refunded: number;
  /** minor units; refunds that are pending, reserved so that all of them together never exceed the amount */
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
