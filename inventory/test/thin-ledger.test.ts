import { expect } from 'bun:test';
import { newId } from '@souk/chassis/ids';
import { migrate } from '@souk/chassis/stores/sql/migrations';
import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { sql } from 'kysely';
import { MOVEMENT_COLUMNS } from '../src/storage/inventory-rows.ts';
import { inventoryMigrations, type InventorySchema } from '../src/storage/inventory-schema.ts';
import { sqlInventoryReads } from '../src/storage/sql-inventory-store.ts';
import { onBothDatabases } from './on-both-databases.ts';

type Inventory = SqlDatabase<InventorySchema>;

const FIRST_LATER = 'inventory-017';
const orderId = newId();
const ids = [newId(), newId(), newId()];

async function indexesIn({ dialect, reader }: Inventory): Promise<readonly string[]> {
  const names =
    dialect.name === 'mysql'
      ? sql<{ name: string }>`select distinct index_name as name from information_schema.statistics where table_schema = database() and table_name = 'inventory_transactions'`
      : sql<{ name: string }>`select name from sqlite_schema where type = 'index' and tbl_name = 'inventory_transactions'`;
  return (await names.execute(reader)).rows.map(({ name }) => name).toSorted();
}

/** As the version before writes them, on a schema of any version. */
function addMovements({ dialect, transact }: Inventory, kinds: readonly string[]): Promise<void> {
  const rows = kinds.map((kind, at) => [ids.at(at), 'cup', orderId, at + 1, kind, 0, 1, 9, 1, null, null, orderId, newId(), 1]);
  return transact(function* () {
    yield [];
    return { writes: [dialect.insert('inventory_transactions', MOVEMENT_COLUMNS, rows)], result: undefined };
  });
}

async function expectThin(database: Inventory): Promise<void> {
  await migrate(database, inventoryMigrations(database.dialect));
  const thin = ['PRIMARY', 'inventory_transactions_reference', 'inventory_transactions_sku'];
  expect(await indexesIn(database)).toEqual(database.dialect.name === 'mysql' ? thin : thin.with(0, 'sqlite_autoindex_inventory_transactions_1').toSorted());
  await addMovements(database, ['reserve', 'sale', 'sale']);
  const listed = await sqlInventoryReads(database).movements({ orderId }, { before: undefined, limit: 9 });
  expect(listed.rows.map(({ kind, number }) => [kind, number])).toEqual([['sale', 3], ['sale', 2], ['reserve', 1]]);
}

async function expectKept(database: Inventory): Promise<void> {
  const { dialect } = database;
  const all = inventoryMigrations(dialect);
  await migrate(database, Object.fromEntries(Object.entries(all).filter(([name]) => name < FIRST_LATER)));
  await addMovements(database, ['reserve', 'sale']);
  await migrate(database, all);
  expect((await indexesIn(database)).filter((name) => /_once|_warehouse/.test(name))).toEqual([]);
  const listed = await sqlInventoryReads(database).movements({ orderId }, { before: undefined, limit: 9 });
  expect(listed.rows.map(({ id }) => id)).toEqual([ids[1] ?? '', ids[0] ?? '']);
}

onBothDatabases('a new ledger has an index for a SKU and one for an order, and no other', expectThin);
onBothDatabases('a ledger that has movements keeps all of them, and finds those of an order', expectKept);
