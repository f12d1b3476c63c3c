import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { ledgerNumbers } from './ledger-numbers.ts';
import { thinLedger } from './thin-ledger.ts';

/** Forward-only migrations. On MySQL each has at most one statement that changes the schema. */
export function inventoryMigrations(dialect: Dialect): Readonly<Record<string, Migration>> {
  const { id, key, text, json, integer } = dialect.column;
  const step = (up: (db: Kysely<unknown>) => Promise<void>): Migration => ({ up });
  return {
    'inventory-001-warehouses': step(async (db) => {
      const table = db.schema
        .createTable('warehouses')
        .addColumn('id', id, (c) => c.primaryKey().notNull())
        .addColumn('name', text, (c) => c.notNull())
        .addColumn('priority', integer, (c) => c.notNull())
        .addColumn('active', integer, (c) => c.notNull())
        .addColumn('version', integer, (c) => c.notNull());
      await dialect.heapTable(table).execute();
    }),
    'inventory-002-levels': step(async (db) => {
      const table = db.schema
        .createTable('inventory')
        .addColumn('sku', key, (c) => c.notNull())
        .addColumn('warehouse_id', id, (c) => c.notNull())
        .addColumn('on_hand', integer, (c) => c.notNull())
        .addColumn('reserved', integer, (c) => c.notNull())
        .addPrimaryKeyConstraint('inventory_pk', ['sku', 'warehouse_id'])
        .addForeignKeyConstraint('inventory_warehouse', ['warehouse_id'], 'warehouses', ['id'])
        .addCheckConstraint('inventory_on_hand_not_negative', sql`on_hand >= 0`)
        .addCheckConstraint('inventory_reserved_not_negative', sql`reserved >= 0`)
        .addCheckConstraint('inventory_never_oversold', sql`reserved <= on_hand`);
      await dialect.clusteredTable(table).execute();
    }),
    'inventory-003-reservations': step(async (db) => {
      const table = db.schema
        .createTable('reservations')
        .addColumn('order_id', id, (c) => c.primaryKey().notNull())
        .addColumn('status', key, (c) => c.notNull())
        .addColumn('lines', json, (c) => c.notNull())
        .addColumn('version', integer, (c) => c.notNull())
        .addColumn('created_at', integer, (c) => c.notNull())
        .addColumn('updated_at', integer, (c) => c.notNull());
      await dialect.heapTable(table).execute();
    }),
    'inventory-004-transactions': step(async (db) => {
      const table = db.schema
        .createTable('inventory_transactions')
        .addColumn('id', id, (c) => c.primaryKey().notNull())
        .addColumn('sku', key, (c) => c.notNull())
        .addColumn('warehouse_id', id, (c) => c.notNull())
        .addColumn('kind', key, (c) => c.notNull())
        .addColumn('on_hand_delta', integer, (c) => c.notNull())
        .addColumn('reserved_delta', integer, (c) => c.notNull())
        .addColumn('on_hand_after', integer, (c) => c.notNull())
        .addColumn('reserved_after', integer, (c) => c.notNull())
        .addColumn('reason', text)
        .addColumn('actor', id)
        .addColumn('reference', id, (c) => c.notNull())
        .addColumn('event_id', id)
        .addColumn('at', integer, (c) => c.notNull())
        .addUniqueConstraint('inventory_transactions_once', ['reference', 'sku', 'warehouse_id', 'kind'])
        .addCheckConstraint('inventory_transactions_never_oversold', sql`reserved_after between 0 and on_hand_after`);
      await dialect.heapTable(table).execute();
    }),
    // The ledger is listed newest first, by SKU or by warehouse; an order's movements were found by the unique constraint until step 017.
    'inventory-005-transactions-by-sku': step((db) =>
      db.schema.createIndex('inventory_transactions_sku').on('inventory_transactions').columns(['sku', 'id']).execute(),
    ),
    'inventory-006-transactions-by-warehouse': step((db) =>
      db.schema
        .createIndex('inventory_transactions_warehouse')
        .on('inventory_transactions')
        .columns(['warehouse_id', 'id'])
        .execute(),
    ),
    'inventory-007-catalogue': step(async (db) => {
      const table = db.schema
        .createTable('catalogue')
        .addColumn('sku', key, (c) => c.primaryKey().notNull())
        .addColumn('product_id', id, (c) => c.notNull())
        .addColumn('version', integer, (c) => c.notNull());
      await dialect.heapTable(table).execute();
    }),
    ...ledgerNumbers(dialect),
    'inventory-012-levels-count-low-turns': step((db) =>
      db.schema.alterTable('inventory').addColumn('low_turns', integer, (c) => c.notNull().defaultTo(0)).execute(),
    ),
    // For existing rows a job asks Product (jobs/ask-sales.ts), unless Product's next event says it first.
    'inventory-013-catalogue-knows-sales': step((db) => db.schema.alterTable('catalogue').addColumn('on_sale', integer).execute()),
    'inventory-014-catalogue-by-sale': step((db) =>
      db.schema.createIndex('catalogue_on_sale').on('catalogue').columns(['on_sale', 'sku']).execute(),
    ),
    'inventory-015-dead-letters-without-addresses': step((db) => withoutAddresses(db, 'dead_letters')),
    'inventory-016-parked-messages-without-addresses': step((db) => withoutAddresses(db, 'parked_messages')),
    ...thinLedger(dialect),
  };
}

/** Removes the address that version 1 of `order.completed` had (docs/adr/0051) from older rows. Newer messages lose it on arrival. */
async function withoutAddresses(db: Kysely<unknown>, table: 'dead_letters' | 'parked_messages'): Promise<void> {
  await sql`update ${sql.table(table)} set value = json_remove(value, '$.shippingAddress') where topic = 'order.completed' and json_valid(value)`.execute(db);
}
