import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { newId } from '@souk/chassis/ids';
import { migrate } from '@souk/chassis/sql/migrate';
import { openMysql } from '@souk/chassis/sql/mysql-database';
import type { SqlDatabase } from '@souk/chassis/sql/sql-database';
import { openSqlite } from '@souk/chassis/sql/sqlite-database';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryDatabase } from '@souk/chassis/testing/temporary-mysql-store';
import { temporaryFolder } from '@souk/chassis/testing/temporary-folder';
import { sql } from 'kysely';
import { inventoryMigrations } from '../src/storage/inventory-migrations.ts';
import type { InventorySchema } from '../src/storage/inventory-schema.ts';

const ADDRESS = { name: 'Zoë Müller', line1: 'Lange Gasse 1' };
const FIRST_LATER = 'inventory-015';

/** Messages that were kept before `order.completed` was told without the address. */
async function expectNoneLeft(database: SqlDatabase<InventorySchema>): Promise<void> {
  const { flavour } = database;
  const all = inventoryMigrations(flavour);
  await migrate(database, Object.fromEntries(Object.entries(all).filter(([name]) => name < FIRST_LATER)));
  const told = JSON.stringify({ orderId: 'o-1', shippingAddress: ADDRESS });
  const kept = [['order.completed', told], ['order.completed', '{"orderId":'], ['order.created', '{"orderId":"o-1"}']];
  const columns = ['message_key', 'topic', 'value', 'headers', 'cause', 'attempts', 'first_failed_at', 'last_failed_at'];
  const rows = kept.map(([topic, value]) => ['o-1', topic, value, '{}', 'because', 1, 1, 1]);
  await database.transact(function* () {
    yield [];
    const writes = [
      flavour.insert('parked_messages', [...columns, 'position', 'next_attempt_at'], rows.map((row, i) => [...row, i + 1, 1])),
      flavour.insert('dead_letters', [...columns, 'id', 'kind', 'status'], rows.map((row) => [...row, newId(), 'unhandled', 'dead'])),
    ];
    return { writes, result: undefined };
  });
  await migrate(database, all);
  for (const table of ['parked_messages', 'dead_letters']) {
    const found = await sql<{ value: string }>`select value from ${sql.table(table)} order by topic, value`.execute(database.reader);
    expect(found.rows.map(({ value }) => value.replaceAll(' ', '')).toSorted()).toEqual(['{"orderId":', '{"orderId":"o-1"}', '{"orderId":"o-1"}']);
  }
}

test('on SQLite parked messages and dead letters from before lose the address with the migration, and nothing else', async () => {
  using folder = temporaryFolder();
  const database = openSqlite<InventorySchema>({ path: join(folder.path, 'inventory.db') });
  try {
    await expectNoneLeft(database);
  } finally {
    await database.close();
  }
});

describeOn(['MySQL'], () => {
  test('on MySQL as well', async () => {
    const { url, drop } = await temporaryDatabase();
    const database = openMysql<InventorySchema>({ url });
    try {
      await expectNoneLeft(database);
    } finally {
      await database.close();
      await drop();
    }
  }, 60_000);
});
