import type { EventsTable } from '@souk/chassis/stores/sql/chassis-schema';
import { isPublished } from '@souk/chassis/stores/sql/chassis-collections';
import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { type ExpressionBuilder, sql } from 'kysely';
import { REBUILD_ID } from '../domain/catalogue.ts';
import type { HistoryContext, HistoryEntry } from '../domain/history.ts';
import type { Order } from '../domain/order.ts';
import { REBUILD_COLUMNS, rebuildFromRow } from './catalogue-rows.ts';
import { erasureReads } from './erasure-rows.ts';
import { ITEM_COLUMNS, ORDER_COLUMNS, ordersFromRows, SHIPMENT_COLUMNS } from './order-rows.ts';
import type { OrderSchema, OrdersTable } from './order-schema.ts';
import { OPEN_STATUSES, type OrderReads, type WaitingOrder } from './order-store.ts';
import { orderCounts, orderList } from './orders-by-id.ts';
import { stuckReads } from './stuck-orders.ts';

export function sqlOrderReads(database: SqlDatabase<OrderSchema>): OrderReads {
  const { reader: db, dialect } = database;
  async function withParts(orders: readonly OrdersTable[]): Promise<Order[]> {
    if (orders.length === 0) return [];
    const ofThese = dialect.in(
      'order_id',
      orders.map((order) => order.id),
    );
    const items = db.selectFrom('order_items').select(ITEM_COLUMNS).where(ofThese);
    const shipments = db.selectFrom('shipments').select(SHIPMENT_COLUMNS).where(ofThese);
    return ordersFromRows(orders, await items.execute(), await shipments.execute());
  }

  return {
    ...erasureReads(database),
    ...orderCounts(database),
    ...overdueReads(database),
    ...stuckReads(database),
    firstWaiting: firstWaiting(database),
    orders: orderList(database),
    async order(id) {
      const rows = await db.selectFrom('orders').select(ORDER_COLUMNS).where('id', '=', id).execute();
      return (await withParts(rows))[0];
    },
    async standings(ids) {
      const query = db.selectFrom('orders').select(['id', 'version', 'payment_status']).where(dialect.in('id', ids));
      return (await query.execute()).map(({ id, version, payment_status }) => ({
        id,
        version,
        paymentStatus: payment_status as Order['paymentStatus'],
      }));
    },
    async histories(ids) {
      const query = db.selectFrom('events').select(HISTORY_COLUMNS).where(dialect.in('stream', ids));
      const rows = await query.orderBy('stream').orderBy('version').execute();
      const byOrder = Map.groupBy(rows, (row) => row.stream);
      return new Map([...byOrder].map(([orderId, entries]) => [orderId, entries.map(historyFromRow)]));
    },
    async knownSkus(skus) {
      const rows = await db.selectFrom('catalogue').select('sku').where(dialect.in('sku', skus)).execute();
      return rows.map((row) => row.sku);
    },
    async catalogueRebuild() {
      const query = db.selectFrom('catalogue_rebuilds').select(REBUILD_COLUMNS).select(dialect.now.as('now'));
      const row = await query.where('id', '=', REBUILD_ID).executeTakeFirst();
      if (row === undefined) return undefined;
      const { now, ...rest } = row;
      return { rebuild: rebuildFromRow(rest), silentMs: now - row.updated_at };
    },
  };
}

/** Columns of the events table that an order's history needs. */
const HISTORY_COLUMNS = ['stream', 'version', 'id', 'type', 'published', 'at', 'causation_id', 'context'] as const;

type HistoryRow = Pick<EventsTable, (typeof HISTORY_COLUMNS)[number]>;

function historyFromRow({ id, type, published, at, causation_id, context }: HistoryRow): HistoryEntry {
  // Every event of an order's stream is stored with such a context.
  const given: HistoryContext = JSON.parse(context);
  return { ...given, id, name: type, published: isPublished({ published }), at, causationId: causation_id };
}

/** Reads by which the deadlines of orders are judged. */
function overdueReads({ reader: db, dialect }: SqlDatabase<OrderSchema>): Pick<OrderReads, 'overdueOrders' | 'tracesOf' | 'sending'> {
  return {
    async overdueOrders(upTo, limit) {
      const overdue = db.selectFrom('orders').select(['id', 'status', 'version', 'placed_at', 'updated_at']).where('deadline_at', '<=', upTo);
      const rows = await overdue.orderBy('deadline_at').limit(limit).execute();
      return rows.flatMap(({ id, status, version, placed_at: placedAt, updated_at: updatedAt }) =>
        // Payment is asked when Inventory has answered. A refund that is recorded meanwhile makes the order look younger, so its deadline comes later.
        isWaiting(status) ? [{ id, status, version, askedAt: status === 'placed' ? placedAt : updatedAt }] : [],
      );
    },
    async tracesOf(orders) {
      const ids = orders.map(({ id }) => id);
      const rows = await db.selectFrom('events').select(['stream', 'version', 'traceparent']).where(dialect.in('stream', ids)).execute();
      const byVersion = new Map(rows.map(({ stream, version, traceparent }) => [`${stream} ${version}`, traceparent]));
      return orders.map(({ id, version }) => ({ id, traceparent: byVersion.get(`${id} ${version}`) ?? null }));
    },
    async sending() {
      // For each process its first event that is not known to be sent. Not a join: SQLite would search all events for the least time.
      const unsentOf = db.selectFrom('lanes').select((lane) =>
        lane
          .selectFrom('events')
          .select('events.at')
          .whereRef('events.lane', '=', 'lanes.lane')
          .where('events.seq', '=', sql<number>`lanes.published_seq + 1`)
          .as('at'),
      );
      const unsent = db.selectFrom(unsentOf.as('unsent')).select(({ fn }) => fn.min('unsent.at').as('at'));
      return db.selectNoFrom([dialect.now.as('now'), unsent.as('unsentSince')]).executeTakeFirstOrThrow();
    },
  };
}

const isWaiting = (status: string): status is WaitingOrder['status'] => OPEN_STATUSES.some((open) => open === status);

/** States that prove an answer of Inventory, and of Payment. A cancelled order may have had no answer. */
const ANSWERED = { stock: ['awaiting_payment', 'completed', 'rejected'], payment: ['completed'] } as const;

/** Each query reads one entry of the index over status and id, or up to `limit`. */
function firstWaiting({ reader: db, dialect }: SqlDatabase<OrderSchema>): OrderReads['firstWaiting'] {
  /** The newest order of a status; ids sort by the time they were made. */
  const newest = (eb: ExpressionBuilder<OrderSchema, never>, status: string) =>
    eb.selectFrom('orders').select(({ fn }) => fn.max('id').as('id')).where('status', '=', status);

  async function first(status: string, after: string, limit: number) {
    const waiting = db.selectFrom('orders').select('id').where('status', '=', status).where('id', '>', after).orderBy('id').limit(limit);
    const line = db.selectFrom(waiting.as('waiting')).select([sql<number>`count(*)`.as('waiting'), sql<string | null>`min(id)`.as('first')]);
    const { waiting: count, age } = await db
      .selectFrom(line.as('line'))
      .leftJoin('orders', 'orders.id', 'line.first')
      .select(['line.waiting', sql<number | null>`${dialect.now} - orders.placed_at`.as('age')])
      .executeTakeFirstOrThrow();
    return { waiting: count, ageMs: age === null ? 0 : Math.max(1, age) };
  }

  return async (limit) => {
    const fronts = await db
      .selectNoFrom((eb) => [
        newest(eb, 'awaiting_payment').as('awaiting_payment'),
        newest(eb, 'completed').as('completed'),
        newest(eb, 'rejected').as('rejected'),
      ])
      .executeTakeFirstOrThrow();
    const front = (statuses: readonly (keyof typeof fronts)[]) => statuses.map((status) => fronts[status] ?? '').reduce((a, b) => (a > b ? a : b));
    const [stock, payment] = await Promise.all([first('placed', front(ANSWERED.stock), limit), first('awaiting_payment', front(ANSWERED.payment), limit)]);
    return { stock, payment };
  };
}
