import { test } from 'bun:test';
import { join } from 'node:path';
import { openMysql } from '@souk/chassis/stores/sql/mysql-database';
import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { openSqlite } from '@souk/chassis/stores/sql/sqlite-database';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { temporaryDatabase } from '@souk/chassis/testing/temporary-mysql-store';
import type { InventorySchema } from '../src/storage/inventory-schema.ts';

const MYSQL_LIMIT_MS = 60_000;

/** `what`: a sentence that goes on after "on SQLite". The database is empty. */
export function onBothDatabases(what: string, check: (database: SqlDatabase<InventorySchema>) => Promise<void>): void {
  test(`on SQLite ${what}`, async () => {
    using folder = temporaryFolder();
    const database = openSqlite<InventorySchema>({ path: join(folder.path, 'inventory.db') });
    try {
      await check(database);
    } finally {
      await database.close();
    }
  });

  describeOn(['MySQL'], () => {
    test('on MySQL as well', async () => {
      const { url, drop } = await temporaryDatabase();
      const database = openMysql<InventorySchema>({ url });
      try {
        await check(database);
      } finally {
        await database.close();
        await drop();
      }
    }, MYSQL_LIMIT_MS);
  });
}
