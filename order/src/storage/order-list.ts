import { LOOKS } from '@souk/chassis/web/paging';
import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { FIRST_LINES } from '@souk/contracts/http/order';
import { sql, type SqlBool } from 'kysely';
import type { OrderSummary } from '../domain/order-summary.ts';
import type { OrderItemsTable, OrderSchema, OrdersTable, ShipmentsTable } from './order-schema.ts';
import { CLOCKS_DIFFER_MS, lowestId } from './order-ids.ts';
import type { OrderFilter, OrderReads } from './order-store.ts';

const COLUMNS = [
  'id', 'user_id', 'status', 'reason', 'payment_status', 'total', 'currency', 'version', 'placed_at', 'updated_at',
] as const satisfies (keyof OrdersTable)[];
const LINE_COLUMNS = [
  'order_id', 'position', 'sku', 'product_id', 'title', 'quantity', 'unit_price',
] as const satisfies (keyof OrderItemsTable)[];

type OrderRow = Pick<OrdersTable, (typeof COLUMNS)[number]> & { readonly last_position: number | null };
type LineRow = Pick<OrderItemsTable, (typeof LINE_COLUMNS)[number]>;
type ShipmentCount = Pick<ShipmentsTable, 'order_id' | 'status'> & { readonly count: number };

/** Reads one entry of the primary key, however many lines there are; lines are numbered from 0. */
const LAST_POSITION = sql<number>`(select position from order_items where order_id = orders.id order by position desc limit 1)`;

/** Reads lists along the ids of a customer's orders, of those in a status, or of all. */
export function orderList({ reader: db, dialect }: SqlDatabase<OrderSchema>): OrderReads['orders'] {
  /** The part of the filter that an index answers in id order. */
  function indexed({ userId, status, placedAfter, placedBefore, before }: OrderFilter) {
    let query = db.selectFrom('orders').orderBy('id', 'desc');
    if (userId !== undefined) query = query.where('user_id', '=', userId);
    else if (status !== undefined) query = query.where('status', '=', status);
    if (placedAfter !== undefined) query = query.where('id', '>=', lowestId(placedAfter - CLOCKS_DIFFER_MS));
    // One bound only: of two, SQLite may start at the later one and scan every page before this one.
    const end = placedBefore === undefined ? undefined : lowestId(placedBefore + CLOCKS_DIFFER_MS);
    const behind = end === undefined || (before !== undefined && before < end) ? before : end;
    if (behind !== undefined) query = query.where('id', '<', behind);
    return query;
  }

  /** The last order that a request looks at; undefined: there are fewer. */
  async function floorOf(filter: OrderFilter): Promise<string | undefined> {
    return (await indexed(filter).select('id').limit(1).offset(LOOKS - 1).executeTakeFirst())?.id;
  }

  async function rowsOf(filter: OrderFilter, floor: string | undefined): Promise<OrderRow[]> {
    const { userId, status, placedAfter, placedBefore, limit } = filter;
    let query = indexed(filter).select(COLUMNS).select(LAST_POSITION.as('last_position'));
    // As an expression, not a column: databases would start with all orders of the status.
    if (userId !== undefined && status !== undefined) query = query.where(sql<SqlBool>`coalesce(status, '') = ${status}`);
    if (placedAfter !== undefined) query = query.where('placed_at', '>=', placedAfter);
    if (placedBefore !== undefined) query = query.where('placed_at', '<', placedBefore);
    if (floor !== undefined) query = query.where('id', '>=', floor);
    return query.limit(limit).execute();
  }

  async function withParts(orders: readonly OrderRow[]): Promise<OrderSummary[]> {
    if (orders.length === 0) return [];
    const ofThese = dialect.in('order_id', orders.map(({ id }) => id));
    const lines = db.selectFrom('order_items').select(LINE_COLUMNS).where(ofThese).where('position', '<', FIRST_LINES);
    const shipments = db.selectFrom('shipments').select(['order_id', 'status', sql<number>`count(*)`.as('count')]).where(ofThese);
    return summaries(orders, await lines.execute(), await shipments.groupBy(['order_id', 'status']).execute());
  }

  return async (filter) => {
    const isSifted = (filter.userId !== undefined && filter.status !== undefined) || (filter.placedAfter ?? filter.placedBefore) !== undefined;
    const floor = isSifted ? await floorOf(filter) : undefined;
    const rows = await withParts(await rowsOf(filter, floor));
    return { rows, reached: rows.length < filter.limit ? floor : undefined };
  };
}

function summaries(orders: readonly OrderRow[], lines: readonly LineRow[], counts: readonly ShipmentCount[]): OrderSummary[] {
  const linesOf = Map.groupBy(lines, (line) => line.order_id);
  const countsOf = Map.groupBy(counts, (count) => count.order_id);
  return orders.map((order) => summary(order, linesOf.get(order.id) ?? [], countsOf.get(order.id) ?? []));
}

function summary(row: OrderRow, lines: readonly LineRow[], counts: readonly ShipmentCount[]): OrderSummary {
  const { currency } = row;
  return {
    id: row.id,
    userId: row.user_id,
    status: row.status as OrderSummary['status'],
    reason: row.reason as OrderSummary['reason'],
    paymentStatus: row.payment_status as OrderSummary['paymentStatus'],
    lineCount: (row.last_position ?? -1) + 1,
    firstLines: lines.toSorted((a, b) => a.position - b.position).map(({ sku, product_id, title, quantity, unit_price }) => ({
      sku,
      productId: product_id,
      title,
      quantity,
      unitPrice: { amount: unit_price, currency },
    })),
    total: { amount: row.total, currency },
    shipmentCounts: { pending: 0, shipped: 0, delivered: 0, ...Object.fromEntries(counts.map(({ status, count }) => [status, count])) },
    version: row.version,
    placedAt: row.placed_at,
    updatedAt: row.updated_at,
  };
}
