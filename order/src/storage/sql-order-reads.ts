import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { REBUILD_ID } from '../domain/catalogue-rebuild.ts';
import type { Order } from '../domain/order.ts';
import { REBUILD_COLUMNS, rebuildFromRow } from './catalogue-rebuild-rows.ts';
import { erasureReads } from './erasure-rows.ts';
import { firstWaiting } from './first-waiting.ts';
import { HISTORY_COLUMNS, historyFromRow } from './history-rows.ts';
import { ITEM_COLUMNS, ORDER_COLUMNS, SHIPMENT_COLUMNS } from './order-collection.ts';
import { orderCounts } from './order-counts.ts';
import { orderList } from './order-list.ts';
import { ordersFromRows } from './order-rows.ts';
import { overdueReads } from './overdue-reads.ts';
import type { OrderSchema, OrdersTable } from './order-schema.ts';
import type { OrderReads } from './order-store.ts';

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
    ...overdueReads(database),
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
