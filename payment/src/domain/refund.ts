import type { Money } from '@souk/contracts/money';
import type { Cause } from './cause.ts';

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
