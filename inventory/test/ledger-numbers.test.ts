import { expect } from 'bun:test';
import { newId } from '@souk/chassis/ids';
import { migrate } from '@souk/chassis/stores/sql/migrations';
import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { inventoryMigrations, type InventorySchema, ledgerNumbers } from '../src/storage/inventory-schema.ts';
import { sqlInventoryReads } from '../src/storage/sql-inventory-store.ts';
import { onBothDatabases } from './on-both-databases.ts';

type Inventory = SqlDatabase<InventorySchema>;

const [north, south] = [newId(), newId()];
/** In the order of their ids. */
const PLACES: readonly (readonly [sku: string, warehouseId: string])[] = [
  ['cup', north],
  ['cup', south],
  ['cup', north],
  ['pot', north],
  ['cup', north],
];

/** The tables as they were before movements had numbers, with movements of that time. */
async function fillUnnumbered(database: Inventory): Promise<void> {
  const { dialect } = database;
  const [firstLater = ''] = Object.keys(ledgerNumbers(dialect));
  const earlier = Object.entries(inventoryMigrations(dialect)).filter(([name]) => name < firstLater);
  await migrate(database, Object.fromEntries(earlier));
  const movements = PLACES.map(([sku, warehouseId]) => [newId(), sku, warehouseId, 'receipt', 1, 0, 9, 0, newId(), 1]);
  const columns = ['id', 'sku', 'warehouse_id', 'kind', 'on_hand_delta', 'reserved_delta', 'on_hand_after', 'reserved_after', 'reference', 'at'];
  await database.transact(function* () {
    yield [];
    const warehouses = [north, south].map((id) => [id, 'Lyon', 1, 1, 1]);
    const levels = [['cup', north], ['cup', south], ['pot', north], ['jug', north]].map((place) => [...place, 9, 0]);
    const writes = [
      dialect.insert('warehouses', ['id', 'name', 'priority', 'active', 'version'], warehouses),
      dialect.insert('inventory', ['sku', 'warehouse_id', 'on_hand', 'reserved'], levels),
      dialect.insert('inventory_transactions', columns, movements.toReversed()),
    ];
    return { writes, result: undefined };
  });
}

async function numbersIn(database: Inventory): Promise<unknown> {
  const reads = sqlInventoryReads(database);
  const levels = await reads.levelsPage({ after: undefined, limit: 9 });
  return {
    numbers: (await reads.movements({}, { before: undefined, limit: 9 })).rows.map(({ number }) => number).toReversed(),
    counts: levels.map(({ sku, warehouses }) => [sku, ...warehouses.map(({ movements }) => movements)]),
  };
}

async function expectNumbering(database: Inventory): Promise<void> {
  await fillUnnumbered(database);
  await migrate(database, inventoryMigrations(database.dialect));
  const expected = { numbers: [1, 1, 2, 1, 3], counts: [['cup', 3, 1], ['jug', 0], ['pot', 1]] };
  expect(await numbersIn(database)).toEqual(expected);
  const again = Object.entries(ledgerNumbers(database.dialect)).filter(([name]) => /-(number|count)-transactions$/.test(name));
  expect(await database.migrate(Object.fromEntries(again.map(([name, step]) => [`${name}-again`, step])))).toHaveLength(2);
  expect(await numbersIn(database)).toEqual(expected);
}

onBothDatabases('the migration numbers older movements by their ids and counts them in their levels, however often it runs', expectNumbering);
