import type { ORDER_WAITS } from '@souk/contracts/http/order';
import type { OrderReason, OrderStatus } from '@souk/contracts/saga';
import type { Place } from './place.ts';

export type OrderFilter = 'status' | 'reason' | 'waitsFor' | 'sku' | 'userId' | 'olderThan';

// Types alone come from the contracts: their schemas would bring TypeBox into the page. Each table has to name every value of its type.
const STATUSES: Readonly<Record<OrderStatus, true>> = { placed: true, awaiting_payment: true, completed: true, rejected: true, cancelled: true };
const REASONS: Readonly<Record<OrderReason, true>> = {
  out_of_stock: true, payment_declined: true, payment_expired: true, inventory_timeout: true, cancelled_by_customer: true, cancelled_by_staff: true,
};
const WAITS: Readonly<Record<(typeof ORDER_WAITS)[number], true>> = { stock: true, payment: true, stock_back: true, money_back: true, shipping: true, delivery: true };

/** Filters of the list, by their name in the URL; `name`: the word in the search field. */
export const ORDER_FILTERS: Readonly<Record<OrderFilter, { readonly name: string; readonly values: readonly string[] }>> = {
  status: { name: 'status', values: Object.keys(STATUSES) },
  reason: { name: 'reason', values: Object.keys(REASONS) },
  waitsFor: { name: 'waits', values: Object.keys(WAITS) },
  sku: { name: 'sku', values: [] },
  userId: { name: 'customer', values: [] },
  olderThan: { name: 'older', values: [] },
} satisfies Record<OrderFilter & keyof Place, object>;

export const NO_FILTERS: Readonly<Record<OrderFilter, undefined>> = {
  status: undefined, reason: undefined, waitsFor: undefined, sku: undefined, userId: undefined, olderThan: undefined,
};
