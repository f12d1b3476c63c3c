import { expect } from 'bun:test';
import { newId } from '@souk/chassis/ids';
import { migrate } from '@souk/chassis/stores/sql/migrations';
import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { sql } from 'kysely';
import { inventoryMigrations, type InventorySchema } from '../src/storage/inventory-schema.ts';
import { onBothDatabases } from './on-both-databases.ts';

const ADDRESS = { name: 'Zoë Müller', line1: 'Lange Gasse 1' };
const FIRST_LATER = 'inventory-015';

/** Messages that were kept before `order.completed` was told without the address. */
async function expectNoneLeft(database: SqlDatabase<InventorySchema>): Promise<void> {
  const { dialect } = database;
  const all = inventoryMigrations(dialect);
  await migrate(database, Object.fromEntries(Object.entries(all).filter(([name]) => name < FIRST_LATER)));
  const told = JSON.stringify({ orderId: 'o-1', shippingAddress: ADDRESS });
  const kept = [['order.completed', told], ['order.completed', '{"orderId":'], ['order.created', '{"orderId":"o-1"}']];
  const columns = ['message_key', 'topic', 'value', 'headers', 'cause', 'attempts', 'first_failed_at', 'last_failed_at'];
  const rows = kept.map(([topic, value]) => ['o-1', topic, value, '{}', 'because', 1, 1, 1]);
  await database.transact(function* () {
    yield [];
    const writes = [
      dialect.insert('parked_messages', [...columns, 'position', 'next_attempt_at'], rows.map((row, i) => [...row, i + 1, 1])),
      dialect.insert('dead_letters', [...columns, 'id', 'kind', 'status'], rows.map((row) => [...row, newId(), 'unhandled', 'dead'])),
    ];
    return { writes, result: undefined };
  });
  await migrate(database, all);
  for (const table of ['parked_messages', 'dead_letters']) {
    const found = await sql<{ value: string }>`select value from ${sql.table(table)} order by topic, value`.execute(database.reader);
    expect(found.rows.map(({ value }) => value.replaceAll(' ', '')).toSorted()).toEqual(['{"orderId":', '{"orderId":"o-1"}', '{"orderId":"o-1"}']);
  }
}

onBothDatabases('the migration removes the address from older parked messages and dead letters, and nothing else', expectNoneLeft);
