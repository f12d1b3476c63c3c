import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface WarehousesTable {
  id: string;
  name: string;
  priority: number;
  active: number;
  version: number;
}

export interface LevelsTable {
  sku: string;
  warehouse_id: string;
  on_hand: number;
  reserved: number;
  movements: number;
  low_turns: number;
}

export interface ReservationsTable {
  order_id: string;
  status: string;
  lines: string;
  version: number;
  created_at: number;
  updated_at: number;
}

export interface MovementsTable {
  id: string;
  sku: string;
  warehouse_id: string;
  number: number;
  kind: string;
  on_hand_delta: number;
  reserved_delta: number;
  on_hand_after: number;
  reserved_after: number;
  reason: string | null;
  actor: string | null;
  reference: string;
  event_id: string | null;
  at: number;
}

export interface CatalogueTable {
  sku: string;
  product_id: string;
  version: number;
  /** 1 or 0; null: stored before this was recorded */
  on_sale: number | null;
}

export interface InventorySchema {
  warehouses: WarehousesTable;
  inventory: LevelsTable;
  reservations: ReservationsTable;
  inventory_transactions: MovementsTable;
  catalogue: CatalogueTable;
}

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
    // For existing rows a job asks Product (`askSales`), unless Product's next event says it first.
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

/**
 * Numbers the movements of each SKU in each warehouse. Existing ones are numbered in the order of their ids, which is the
 * true order as long as one process made them. Steps that only change rows may run again.
 *
 * There is no unique key over the numbers: the lock of the level's row guards the count, and a key would make the insert of
 * a movement a tenth to a third slower (on MySQL 43 to 74 us become 54 to 80, docs/adr/0012). No other index could become
 * that key, because lists are ordered by id.
 */
export function ledgerNumbers({ column }: Dialect): Readonly<Record<string, Migration>> {
  return {
    'inventory-008-levels-count-movements': {
      up: (db) => db.schema.alterTable('inventory').addColumn('movements', column.integer, (c) => c.notNull().defaultTo(0)).execute(),
    },
    'inventory-009-transactions-have-numbers': {
      up: (db) =>
        db.schema.alterTable('inventory_transactions').addColumn('number', column.integer, (c) => c.notNull().defaultTo(0)).execute(),
    },
    'inventory-010-number-transactions': {
      async up(db) {
        await sql`
          with numbered as (
            select id, row_number() over (partition by sku, warehouse_id order by id) as number from inventory_transactions
          )
          update inventory_transactions
          set number = (select numbered.number from numbered where numbered.id = inventory_transactions.id)`.execute(db);
      },
    },
    'inventory-011-count-transactions': {
      async up(db) {
        await sql`
          update inventory set movements = (
            select count(*) from inventory_transactions as t
            where t.sku = inventory.sku and t.warehouse_id = inventory.warehouse_id
          )`.execute(db);
      },
    },
  };
}

const TABLE = 'inventory_transactions';

/**
 * Drops two indexes of the ledger, which are more than half of the cost of a movement (docs/adr/0062). The reservation's
 * state, or a person's Idempotency-Key, ensures one movement per action, SKU, warehouse and kind. An order's movements are
 * found by its id alone, a warehouse's by looking through the ledger.
 */
function thinLedger(dialect: Dialect): Readonly<Record<string, Migration>> {
  const step = (up: (db: Kysely<unknown>) => Promise<unknown>): Migration => ({ up: async (db) => void (await up(db)) });
  const byReference = dialect.addIndex({ name: 'inventory_transactions_reference', table: TABLE, columns: ['reference'] });
  const noWarehouse = { 'inventory-019-no-transactions-by-warehouse': step((db) => dialect.dropIndex('inventory_transactions_warehouse', TABLE).execute(db)) };
  if (dialect.name === 'mysql') {
    return {
      'inventory-017-transactions-by-reference': step((db) => byReference.execute(db)),
      'inventory-018-no-unique-transactions': step((db) => dialect.dropIndex('inventory_transactions_once', TABLE).execute(db)),
      ...noWarehouse,
    };
  }
  // SQLite has the unique key in the table's definition: a ledger with movements keeps it, because only copying them all would remove it.
  return { 'inventory-017-transactions-by-reference': step((db) => withoutUniqueKey(db, byReference)), ...noWarehouse };
}

async function withoutUniqueKey(db: Kysely<unknown>, byReference: ReturnType<Dialect['addIndex']>): Promise<void> {
  const { rows: movements } = await sql`select 1 from ${sql.table(TABLE)} limit 1`.execute(db);
  if (movements.length > 0) return;
  const { rows: made } = await sql<{ sql: string }>`select sql from sqlite_schema where tbl_name = ${TABLE} and sql is not null order by type = 'index'`.execute(db);
  await sql`drop table ${sql.table(TABLE)}`.execute(db);
  for (const { sql: text } of made) await sql.raw(text.replace(/,?\s*constraint "inventory_transactions_once" unique \([^)]*\)/, '')).execute(db);
  await byReference.execute(db);
}
