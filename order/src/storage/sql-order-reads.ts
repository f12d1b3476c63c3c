import type { SqlDatabase } from '@souk/chassis/sql/sql-database';
import type { Order } from '../domain/order.ts';
import { ITEM_COLUMNS, ORDER_COLUMNS, SHIPMENT_COLUMNS } from './order-collection.ts';
import { ordersFromRows } from './order-rows.ts';
import type { OrderSchema, OrdersTable } from './order-schema.ts';
import type { OrderReads } from './order-store.ts';

export function sqlOrderReads({ reader: db, flavour }: SqlDatabase<OrderSchema>): OrderReads {
  async function withParts(orders: readonly OrdersTable[]): Promise<Order[]> {
    if (orders.length === 0) return [];
    const ofThese = flavour.in(
      'order_id',
      orders.map((order) => order.id),
    );
    const items = db.selectFrom('order_items').select(ITEM_COLUMNS).where(ofThese);
    const shipments = db.selectFrom('shipments').select(SHIPMENT_COLUMNS).where(ofThese);
    return ordersFromRows(orders, await items.execute(), await shipments.execute());
  }

  return {
    async order(id) {
      const rows = await db.selectFrom('orders').select(ORDER_COLUMNS).where('id', '=', id).execute();
      return (await withParts(rows))[0];
    },
    async orders({ userId, status, before, limit }) {
      let query = db.selectFrom('orders').select(ORDER_COLUMNS).orderBy('id', 'desc').limit(limit);
      if (userId !== undefined) query = query.where('user_id', '=', userId);
      if (status !== undefined) query = query.where('status', '=', status);
      if (before !== undefined) query = query.where('id', '<', before);
      return withParts(await query.execute());
    },
    async overdueOrders(limit) {
      const query = db.selectFrom('orders').select('id').where('deadline_at', '<=', flavour.now);
      return (await query.orderBy('deadline_at').limit(limit).execute()).map((row) => row.id);
    },
    async knownSkus(skus) {
      const rows = await db.selectFrom('catalogue').select('sku').where(flavour.in('sku', skus)).execute();
      return rows.map((row) => row.sku);
    },
  };
}
