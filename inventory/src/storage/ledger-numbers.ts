import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

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
