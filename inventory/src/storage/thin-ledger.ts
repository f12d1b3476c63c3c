import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const TABLE = 'inventory_transactions';

/**
 * Drops two indexes of the ledger, which are more than half of the cost of a movement (docs/adr/0062). The reservation's
 * state, or a person's Idempotency-Key, ensures one movement per action, SKU, warehouse and kind. An order's movements are
 * found by its id alone, a warehouse's by looking through the ledger.
 */
export function thinLedger(dialect: Dialect): Readonly<Record<string, Migration>> {
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
