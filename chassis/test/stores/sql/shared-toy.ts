import { join } from 'node:path';
import { openMysql } from '../../../src/stores/sql/mysql-database.ts';
import type { SqlDatabase } from '../../../src/stores/sql/sql-database.ts';
import { openSqlite } from '../../../src/stores/sql/sqlite-database.ts';
import { temporaryFolder } from '../../../src/testing/temporary-store.ts';
import { temporaryDatabase } from '../../../src/testing/temporary-mysql-store.ts';
import { type ToySchema, toyStore } from '../../engine/writer/toy-store.ts';

/** One database with the toy's tables, that several processes open. */
export interface SharedToy {
  open(): SqlDatabase<ToySchema>;
  dispose(): Promise<void>;
}

export function sharedOnSqlite(): Promise<SharedToy> {
  const folder = temporaryFolder();
  return shared(() => openSqlite<ToySchema>({ path: join(folder.path, 'toy.db') }), async () => folder.remove());
}

export async function sharedOnMysql(): Promise<SharedToy> {
  const { url, drop } = await temporaryDatabase();
  return shared(() => openMysql<ToySchema>({ url }), drop);
}

async function shared(connect: () => SqlDatabase<ToySchema>, remove: () => Promise<void>): Promise<SharedToy> {
  const opened: SqlDatabase<ToySchema>[] = [];
  const open = () => {
    const database = connect();
    opened.push(database);
    return database;
  };
  await toyStore(open()).migrate();
  return {
    open,
    async dispose() {
      for (const database of opened) await database.close();
      await remove();
    },
  };
}
