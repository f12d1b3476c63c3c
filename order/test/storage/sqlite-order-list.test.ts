import { expect, test } from 'bun:test';
import { openSqlite } from '@souk/chassis/stores/sql/sqlite-database';
import { recordedDatabase } from '@souk/chassis/testing/query-costs';
import { temporaryStore } from '@souk/chassis/testing/temporary-store';
import { openSqliteOrderStore } from '../../src/storage/open-sqlite.ts';
import type { OrderSchema } from '../../src/storage/order-schema.ts';
import { orderList } from '../../src/storage/orders-by-id.ts';

const CURSOR = '00000000-03e8-7000-8000-000000000000';
const LATER = 10_000_000;

test.each([
  ['the cursor, where it lies before', { placedBefore: LATER, before: CURSOR }, CURSOR],
  ['the end of the time, where the cursor lies behind', { placedBefore: 0, before: 'ffffffff-ffff-7000-8000-000000000000' }, '00000004-93e0-0000-0000-000000000000'],
] as const)('a page before a time has one upper bound, which is %s: of two SQLite may take the later', async (_, asked, begins) => {
  const opened = await temporaryStore(openSqliteOrderStore);
  const database = openSqlite<OrderSchema>({ path: opened.path });
  try {
    const recorded = recordedDatabase(database);
    const statements = await recorded.statementsOf(() => orderList(recorded.database)({ ...asked, limit: 20 }));
    expect(statements.length).toBeGreaterThan(0);
    for (const { sql, parameters } of statements) {
      expect(sql.match(/"id" < \?/g)).toHaveLength(1);
      expect(parameters).toContain(begins);
    }
  } finally {
    await database.close();
    await opened.close();
  }
});
