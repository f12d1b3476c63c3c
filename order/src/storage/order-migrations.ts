import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { UNTIL_IT_ENDS } from '../domain/customer-limits.ts';

/** Forward-only migrations, each with at most one statement that changes the schema: MySQL cannot roll such a statement back. */
export function orderMigrations(dialect: Dialect): Readonly<Record<string, Migration>> {
  const { id, key, text, json, integer } = dialect.column;
  const step = (build: (db: Kysely<unknown>) => Promise<void>): Migration => ({ up: build });
  const createEntries = async (db: Kysely<unknown>, name: string) => {
    const table = db.schema
      .createTable(name)
      .addColumn('sku', key, (c) => c.primaryKey().notNull())
      .addColumn('product_id', id, (c) => c.notNull())
      .addColumn('title', text, (c) => c.notNull())
      .addColumn('price', integer, (c) => c.notNull())
      .addColumn('currency', key, (c) => c.notNull())
      .addColumn('active', integer, (c) => c.notNull())
      .addColumn('version', integer, (c) => c.notNull())
      .addColumn('changed_at', integer, (c) => c.notNull());
    await dialect.heapTable(table).execute();
  };
  const createProducts = async (db: Kysely<unknown>, name: string) => {
    const table = db.schema
      .createTable(name)
      .addColumn('id', id, (c) => c.primaryKey().notNull())
      .addColumn('version', integer, (c) => c.notNull())
      .addColumn('skus', json, (c) => c.notNull());
    await dialect.clusteredTable(table).execute();
  };
  return {
    'order-001-orders': step(async (db) => {
      const table = db.schema
        .createTable('orders')
        .addColumn('id', id, (c) => c.primaryKey().notNull())
        .addColumn('user_id', id, (c) => c.notNull())
        .addColumn('status', key, (c) => c.notNull())
        .addColumn('reason', key)
        .addColumn('payment_status', key, (c) => c.notNull())
        .addColumn('refunded', integer, (c) => c.notNull())
        .addColumn('total', integer, (c) => c.notNull())
        .addColumn('currency', key, (c) => c.notNull())
        .addColumn('shipping_address', json, (c) => c.notNull())
        .addColumn('payment_method_id', id, (c) => c.notNull())
        .addColumn('allocations', json)
        .addColumn('shortages', json)
        .addColumn('deadline_at', integer)
        .addColumn('version', integer, (c) => c.notNull())
        .addColumn('placed_at', integer, (c) => c.notNull())
        .addColumn('updated_at', integer, (c) => c.notNull())
        .addCheckConstraint('orders_refunded', sql`refunded >= 0 and refunded <= total`);
      await dialect.heapTable(table).execute();
    }),
    'order-002-orders-by-user': step(async (db) => {
      await db.schema.createIndex('orders_user').on('orders').columns(['user_id', 'id']).execute();
    }),
    'order-003-orders-by-status': step(async (db) => {
      await db.schema.createIndex('orders_status').on('orders').columns(['status', 'id']).execute();
    }),
    'order-004-orders-by-deadline': step(async (db) => {
      await db.schema.createIndex('orders_deadline').on('orders').column('deadline_at').execute();
    }),
    'order-005-order-items': step(async (db) => {
      const table = db.schema
        .createTable('order_items')
        .addColumn('order_id', id, (c) => c.notNull())
        .addColumn('position', integer, (c) => c.notNull())
        .addColumn('sku', key, (c) => c.notNull())
        .addColumn('product_id', id, (c) => c.notNull())
        .addColumn('title', text, (c) => c.notNull())
        .addColumn('quantity', integer, (c) => c.notNull())
        .addColumn('unit_price', integer, (c) => c.notNull())
        .addPrimaryKeyConstraint('order_items_pk', ['order_id', 'position'])
        .addCheckConstraint('order_items_amounts', sql`quantity >= 1 and unit_price >= 0`);
      await dialect.clusteredTable(table).execute();
    }),
    'order-006-shipments': step(async (db) => {
      const table = db.schema
        .createTable('shipments')
        .addColumn('order_id', id, (c) => c.notNull())
        .addColumn('id', id, (c) => c.notNull())
        .addColumn('warehouse_id', id, (c) => c.notNull())
        .addColumn('status', key, (c) => c.notNull())
        .addColumn('items', json, (c) => c.notNull())
        .addColumn('carrier', text)
        .addColumn('tracking_number', text)
        .addPrimaryKeyConstraint('shipments_pk', ['order_id', 'id']);
      await dialect.heapTable(table).execute();
    }),
    'order-007-catalogue': step((db) => createEntries(db, 'catalogue')),
    'order-008-catalogue-products': step((db) => createProducts(db, 'catalogue_products')),
    'order-009-erased-users': step(async (db) => {
      const table = db.schema
        .createTable('erased_users')
        .addColumn('id', id, (c) => c.primaryKey().notNull())
        .addColumn('erased_at', integer, (c) => c.notNull());
      await dialect.clusteredTable(table).execute();
    }),
    'order-010-erased-users-by-time': step(async (db) => {
      await db.schema.createIndex('erased_users_time').on('erased_users').column('erased_at').execute();
    }),
    'order-011-orders-erased': step(async (db) => {
      await db.schema.alterTable('orders').addColumn('erased_at', integer).execute();
    }),
    'order-012-catalogue-fresh': step((db) => createEntries(db, 'catalogue_fresh')),
    'order-013-catalogue-products-fresh': step((db) => createProducts(db, 'catalogue_products_fresh')),
    'order-014-catalogue-rebuilds': step(async (db) => {
      const table = db.schema
        .createTable('catalogue_rebuilds')
        .addColumn('id', key, (c) => c.primaryKey().notNull())
        .addColumn('run', id, (c) => c.notNull())
        .addColumn('status', key, (c) => c.notNull())
        .addColumn('started_at', integer, (c) => c.notNull())
        .addColumn('updated_at', integer, (c) => c.notNull())
        .addColumn('messages', integer, (c) => c.notNull())
        .addColumn('total', integer, (c) => c.notNull())
        .addColumn('skipped', integer, (c) => c.notNull())
        .addColumn('failure', text);
      await dialect.heapTable(table).execute();
    }),
    'order-015-orders-left': step(async (db) => {
      await db.schema.alterTable('orders').addColumn('left_at', integer).execute();
    }),
    // Leads to those orders of a user that are to be checked, past any number of erased ones and ones kept for their delivery.
    'order-016-orders-by-departure': step(async (db) => {
      await db.schema.createIndex('orders_user_erased').on('orders').columns(['user_id', 'erased_at', 'left_at']).execute();
    }),
    'order-017-orders-to-erase': step(async (db) => {
      const table = db.schema.createTable('orders_to_erase').addColumn('order_id', id, (c) => c.primaryKey().notNull());
      await dialect.clusteredTable(table).execute();
    }),
    'order-018-erased-users-deleted': step(async (db) => {
      await db.schema.alterTable('erased_users').addColumn('deleted_at', integer).execute();
    }),
    'order-019-erased-users-told-by': step(async (db) => {
      await db.schema.alterTable('erased_users').addColumn('told_by', id).execute();
    }),
    'order-020-erased-users-traceparent': step(async (db) => {
      await db.schema.alterTable('erased_users').addColumn('traceparent', key).execute();
    }),
    'order-021-items-options': step(async (db) => {
      await db.schema.alterTable('order_items').addColumn('options', json).execute();
    }),
    'order-022-catalogue-options': step(async (db) => {
      await db.schema.alterTable('catalogue').addColumn('options', json).execute();
    }),
    'order-023-catalogue-fresh-options': step(async (db) => {
      await db.schema.alterTable('catalogue_fresh').addColumn('options', json).execute();
    }),
    // Nothing is owed for a cancelled order with a total of 0; earlier versions left it `paid`.
    'order-024-nothing-owed': step(async (db) => {
      const free = sql`status = 'cancelled' and total = 0 and payment_status = 'paid'`;
      await sql`update orders set payment_status = 'none' where ${free}`.execute(db);
    }),
    'order-025-customers': step(async (db) => {
      const table = db.schema.createTable('customers').addColumn('id', id, (c) => c.primaryKey().notNull());
      await dialect.clusteredTable(table).execute();
    }),
    'order-026-orders-count-until': step(async (db) => {
      await db.schema.alterTable('orders').addColumn('counts_until', integer).execute();
    }),
    'order-027-orders-pieces': step(async (db) => {
      await db.schema.alterTable('orders').addColumn('pieces', integer).execute();
    }),
    // Existing open orders count from the first order that this version places.
    'order-028-open-orders-count': step(async (db) => {
      const pieces = sql`(select sum(quantity) from order_items where order_items.order_id = orders.id)`;
      const open = sql`status in ('placed', 'awaiting_payment')`;
      await sql`update orders set counts_until = ${sql.lit(UNTIL_IT_ENDS)}, pieces = ${pieces} where ${open}`.execute(db);
    }),
    'order-029-orders-by-counting': step(async (db) => {
      await db.schema.createIndex('orders_user_counting').on('orders').columns(['user_id', 'counts_until']).execute();
    }),
    ...thinIndexes(dialect),
    'order-035-order-counts': step(async (db) => {
      const table = db.schema
        .createTable('order_counts')
        .addColumn('status', key, (c) => c.primaryKey().notNull())
        .addColumn('counted', integer, (c) => c.notNull())
        .addColumn('up_to', key, (c) => c.notNull());
      await dialect.clusteredTable(table).execute();
    }),
  };
}

/**
 * Indexes in which an order costs something only while it is open (docs/adr/0062). An earlier version keeps working beside them: on MySQL its hint
 * with the name of a dropped index is only a warning. SQLite would refuse such a hint, so there the name stays.
 */
function thinIndexes(dialect: Dialect): Readonly<Record<string, Migration>> {
  const step = (up: (db: Kysely<unknown>) => Promise<unknown>): Migration => ({ up: async (db) => void (await up(db)) });
  const counting = { name: 'orders_user_counting', table: 'orders', columns: ['user_id', 'counts_until'], unlessNull: 'counts_until' };
  return dialect.name === 'sqlite'
    ? {
        'order-030-no-orders-by-departure': step((db) => dialect.dropIndex('orders_user_erased', 'orders').execute(db)),
        'order-031-no-ended-orders-by-counting': step((db) => dialect.dropIndex('orders_user_counting', 'orders').execute(db)),
        'order-032-open-orders-by-counting': step((db) => dialect.addIndex(counting).execute(db)),
        'order-033-no-ended-orders-by-deadline': step((db) => dialect.dropIndex('orders_deadline', 'orders').execute(db)),
        'order-034-open-orders-by-deadline': step((db) =>
          dialect.addIndex({ name: 'orders_deadline', table: 'orders', columns: ['deadline_at'], unlessNull: 'deadline_at' }).execute(db),
        ),
      }
    : {
        'order-030-no-orders-by-departure': step((db) => dialect.dropIndex('orders_user_erased', 'orders').execute(db)),
        // The server computes it, whichever version writes the order; adding it touches no row.
        'order-031-counting-user': step((db) =>
          sql`alter table orders add column counting_user ${dialect.column.id} generated always as (if(counts_until is null, null, user_id)) virtual, algorithm = instant`.execute(db),
        ),
        'order-032-open-orders-by-counting': step((db) =>
          dialect.addIndex({ name: 'orders_counting', table: 'orders', columns: ['counting_user', 'counts_until'], unlessNull: 'counting_user' }).execute(db),
        ),
        'order-033-no-orders-by-counting': step((db) => dialect.dropIndex('orders_user_counting', 'orders').execute(db)),
      };
}
