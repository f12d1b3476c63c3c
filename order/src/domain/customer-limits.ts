import type { OrderItem, OrderReason, OrderStatus } from '@souk/contracts/saga';

/** Limits for one customer's orders that count. */
export interface CustomerLimits {
  readonly orders: number;
  /** Pieces of goods in these orders, held by Inventory or not. */
  readonly pieces: number;
}

/** Totals of a customer's orders that count: open ones and, for a while, those that ended unpaid by the customer's doing. */
export interface CustomerHoldings {
  readonly orders: number;
  readonly pieces: number;
}

export type LimitRefusal =
  | { readonly code: 'open-orders-limit'; readonly limit: number; readonly has: number }
  | { readonly code: 'pieces-on-hold-limit'; readonly limit: number; readonly has: number; readonly asked: number };

/** `countsUntil` of an order that has not ended: never, as a number that an SQL integer can hold. */
export const UNTIL_IT_ENDS = Number.MAX_SAFE_INTEGER;

/**
 * An order that ends unpaid keeps counting for this many times as long as it was open: somebody who never pays holds what the limits allow for a
 * fifth of the time at most, however they end it. A card that was declined after one second costs four seconds.
 */
const UNPAID_COUNTS_TIMES = 4;

/** Reasons for an unpaid end that are the customer's doing. */
const NOT_PAID: ReadonlySet<OrderReason> = new Set(['payment_declined', 'payment_expired', 'cancelled_by_customer']);

interface End {
  readonly from: OrderStatus;
  readonly to: OrderStatus;
  readonly reason: OrderReason | null;
  /** epoch milliseconds */
  readonly placedAt: number;
  readonly now: number;
}

/** The time until which an order counts after a change of state, epoch milliseconds; null: it counts no longer. */
export function countsUntil({ from, to, reason, placedAt, now }: End): number | null {
  if (to === 'placed' || to === 'awaiting_payment') return UNTIL_IT_ENDS;
  // A paid order has ended well for everybody, even when the money goes back.
  if (from === 'completed' || reason === null || !NOT_PAID.has(reason)) return null;
  return now + UNPAID_COUNTS_TIMES * Math.max(0, now - placedAt);
}

/** The limit that one more order of these items would exceed; undefined: none. */
export function limitRefusal(limits: CustomerLimits, has: CustomerHoldings, items: readonly OrderItem[]): LimitRefusal | undefined {
  if (has.orders >= limits.orders) return { code: 'open-orders-limit', limit: limits.orders, has: has.orders };
  const asked = piecesOf(items);
  if (has.pieces + asked > limits.pieces) return { code: 'pieces-on-hold-limit', limit: limits.pieces, has: has.pieces, asked };
  return undefined;
}

export function piecesOf(items: readonly Pick<OrderItem, 'quantity'>[]): number {
  return items.reduce((sum, { quantity }) => sum + quantity, 0);
}
