import type { Money } from '@souk/contracts/money';
import type { PaymentMethod } from './payment-method.ts';

/** Everything that a payment reacts to. */
export type PaymentMessage =
  | {
      readonly on: 'order.ready_for_payment';
      readonly orderId: string;
      readonly userId: string;
      readonly amount: Money;
      /** as it was found by its id, whoever it belongs to */
      readonly method: PaymentMethod | undefined;
      /** Whether the gateway moves money. */
      readonly live: boolean;
    }
  | { readonly on: 'order.cancelled'; readonly orderId: string; readonly userId: string }
  | GatewayMessage
  | CheckDue;

/** The reason of a refund that comes too early: the gateway has still to take what is to go back. It is no end. */
export const CHARGE_NOT_CAPTURED = 'charge_not_captured';

/** What the gateway says about a charge or a refund; `tookMs`: in answer to a call that took so long. */
export type GatewayMessage =
  | { readonly on: 'gateway.succeeded'; readonly reference: string; readonly tookMs?: number }
  | { readonly on: 'gateway.declined'; readonly reason: string; readonly tookMs?: number }
  /** No answer in time, an error, or "still working on it". */
  | { readonly on: 'gateway.unknown' }
  /** Asked by our key, the gateway says that it never got it. */
  | { readonly on: 'gateway.not_received' };

/** The row's time to ask the gateway may have come. */
export interface CheckDue {
  readonly on: 'check.due';
}
