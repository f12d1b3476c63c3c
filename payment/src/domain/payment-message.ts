import type { Money } from '@souk/contracts/money';
import type { PaymentMethod } from './payment-method.ts';

/** All messages that a payment reacts to. */
export type PaymentMessage =
  | {
      readonly on: 'order.ready_for_payment';
      readonly orderId: string;
      readonly userId: string;
      readonly amount: Money;
      /** found by its id alone: it may belong to another user */
      readonly method: PaymentMethod | undefined;
      /** true: the gateway moves money */
      readonly live: boolean;
    }
  | { readonly on: 'order.cancelled'; readonly orderId: string; readonly userId: string }
  | GatewayMessage
  | CheckDue;

/** The decline reason of a refund that comes too early: the gateway has not taken the money yet. It is not final. */
export const CHARGE_NOT_CAPTURED = 'charge_not_captured';

/** The gateway's answer about a charge or a refund. `tookMs`: duration of the call that it answers. */
export type GatewayMessage =
  | { readonly on: 'gateway.succeeded'; readonly reference: string; readonly tookMs?: number }
  | { readonly on: 'gateway.declined'; readonly reason: string; readonly tookMs?: number }
  /** No answer in time, an error, or "still working on it". */
  | { readonly on: 'gateway.unknown' }
  /** Asked by our key, the gateway says that it never received it. */
  | { readonly on: 'gateway.not_received' };

/** The row may be due for a check with the gateway. */
export interface CheckDue {
  readonly on: 'check.due';
}
