import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { migrate } from '@souk/chassis/stores/sql/migrations';
import { openMysql } from '@souk/chassis/stores/sql/mysql-database';
import type { Row, SqlDatabase, Statement } from '@souk/chassis/stores/sql/sql-database';
import { openSqlite } from '@souk/chassis/stores/sql/sqlite-database';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { temporaryDatabase } from '@souk/chassis/testing/temporary-mysql-store';
import { UNTIL_IT_ENDS } from '../../src/domain/customer-limits.ts';
import { orderMigrations } from '../../src/storage/order-migrations.ts';
import { orderToRow } from '../../src/storage/order-rows.ts';
import type { OrderSchema, OrdersTable } from '../../src/storage/order-schema.ts';
import { customers } from '../../src/storage/sql-order-store.ts';
import { anOrder, NORTH, USER_ID } from '../orders.ts';

type Orders = SqlDatabase<OrderSchema>;

const FIRST_LATER = 'order-030';
/** Columns of the version before. */
const COLUMNS = [
  'id', 'user_id', 'total', 'currency', 'shipping_address', 'payment_method_id', 'pieces', 'placed_at', 'left_at', 'erased_at',
  'status', 'reason', 'payment_status', 'refunded', 'allocations', 'shortages', 'deadline_at', 'counts_until', 'version', 'updated_at',
] as const satisfies (keyof OrdersTable)[];
let number = 0;

/** As the version before places an order, on a schema of any version. */
function place({ dialect, transact }: Orders, countsUntil: number | null): Promise<void> {
  number += 1;
  const row = orderToRow(anOrder({ id: `0198c0de-7a11-7c3e-8f00-${String(number).padStart(12, '0')}`, countsUntil }));
  return transact(function* () {
    yield [];
    return { writes: [dialect.insert('orders', COLUMNS, [COLUMNS.map((column) => row[column])])], result: undefined };
  });
}

/** How the version before counts what a customer has: it names an index. */
function talliedBefore({ dialect }: Orders): Statement {
  const index = 'orders_user_counting';
  const figures = ['count(*) as orders', 'sum(pieces) as pieces'];
  const where = `(counts_until < ${UNTIL_IT_ENDS} or deadline_at is not null)`;
  return dialect.tally({ table: 'orders', index, owner: 'user_id', figures, untilColumn: 'counts_until', where }, [USER_ID, NORTH]);
}

async function read({ transact }: Orders, statements: readonly Statement[]): Promise<readonly (readonly Row[])[]> {
  return transact(function* () {
    const rows: readonly (readonly Row[])[] = yield statements;
    return { writes: [], result: rows };
  });
}

async function expectBothCount(database: Orders): Promise<void> {
  const [before = []] = await read(database, [talliedBefore(database)]);
  const now = customers(database.dialect);
  const counted = now.read(await read(database, now.load([USER_ID, NORTH])));
  expect(before.map((row) => [row['user_id'], Number(row['orders']), Number(row['pieces'])])).toEqual(counted.map(({ id, orders, pieces }) => [id, orders, pieces]));
  expect(counted.map(({ orders }) => orders)).toEqual([number - 1]);
}

/** Orders come before, while and after the indexes change; the version before counts the same as this one. */
async function expectNoneToBeMissed(database: Orders): Promise<void> {
  number = 0;
  const all = orderMigrations(database.dialect);
  await migrate(database, Object.fromEntries(Object.entries(all).filter(([name]) => name < FIRST_LATER)));
  await place(database, null);
  await place(database, UNTIL_IT_ENDS);
  const run = { isOver: database.dialect.name === 'sqlite' };
  const migrating = migrate(database, all).finally(() => (run.isOver = true));
  while (!run.isOver) await place(database, UNTIL_IT_ENDS);
  expect((await migrating).length).toBeGreaterThan(2);
  await place(database, UNTIL_IT_ENDS);
  await expectBothCount(database);
}

test('on SQLite ended orders leave the indexes, and the previous version works with the new ones', async () => {
  using folder = temporaryFolder();
  const database = openSqlite<OrderSchema>({ path: join(folder.path, 'order.db') });
  try {
    await expectNoneToBeMissed(database);
  } finally {
    await database.close();
  }
});

describeOn(['MySQL'], () => {
  test('on MySQL as well, while orders are placed', async () => {
    const { url, drop } = await temporaryDatabase();
    const database = openMysql<OrderSchema>({ url });
    try {
      await expectNoneToBeMissed(database);
    } finally {
      await database.close();
      await drop();
    }
  }, 60_000);
});
