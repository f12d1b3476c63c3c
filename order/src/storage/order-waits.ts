import type { OrderWait } from '@souk/contracts/http/order';
import { sql, type SqlBool } from 'kysely';

type Condition = ReturnType<typeof sql<SqlBool>>;

/**
 * Conditions on an order's row that, with the status of `WAITS_IN`, say that it waits; null: the status says it all. `order_id` is compared in a
 * scalar query: MySQL would turn `exists` into a join, and might begin it with all shipments of the shop.
 */
export const WAITS: Readonly<Record<OrderWait, Condition | null>> = {
  stock: null,
  payment: null,
  // Empty once all is back; null as long as Inventory has not said that it holds something.
  stock_back: sql<SqlBool>`allocations <> '[]'`,
  money_back: sql<SqlBool>`payment_status in ('paid', 'partially_refunded')`,
  // A parcel is not sent once all of the money went back, or when there is no address any more (`answerShipment`).
  shipping: sql<SqlBool>`payment_status <> 'refunded' and erased_at is null and ${hasShipment('pending')}`,
  delivery: hasShipment('shipped'),
};

/** At most one row for each line of the order is read, 100 of them. */
export function hasLineOf(sku: string): Condition {
  return sql<SqlBool>`(select 1 from order_items where order_id = orders.id and sku = ${sku} limit 1) = 1`;
}

function hasShipment(status: string): Condition {
  return sql<SqlBool>`(select 1 from shipments where order_id = orders.id and shipments.status = ${sql.lit(status)} limit 1) = 1`;
}
