import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { openMysql } from '../../../src/stores/sql/mysql-database.ts';
import type { SqlDatabase } from '../../../src/stores/sql/sql-database.ts';
import { openSqlite } from '../../../src/stores/sql/sqlite-database.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { temporaryDatabase } from '../../../src/testing/temporary-mysql-store.ts';
import { temporaryFolder } from '../../../src/testing/temporary-store.ts';
import { failureOf, writing } from './opened-mysql.ts';

interface Opened {
  readonly database: SqlDatabase<unknown>;
  drop(): Promise<void> | void;
}

/** Every way to write: a slip would stop the event loop on SQLite, and pass by the lane's lock on MySQL. */
const WRITES: readonly (readonly [string, RawBuilder<unknown>])[] = [
  ['insert', sql`insert into things (id) values ('b')`],
  ['update', sql`update things set id = 'b'`],
  ['delete', sql`delete from things`],
  ['create table', sql`create table others (id integer)`],
  ['drop table', sql`drop table things`],
];

function describeReads(name: string, open: () => Promise<Opened>): void {
  describe(`the connections that read, on ${name}`, () => {
    let opened: Opened;
    beforeEach(async () => {
      opened = await open();
      const { dialect, migrate, transact } = opened.database;
      const up = (db: Kysely<unknown>) =>
        dialect.clusteredTable(db.schema.createTable('things').addColumn('id', dialect.column.key, (c) => c.primaryKey().notNull())).execute();
      await migrate({ things: { up } });
      await transact(() => writing([dialect.insert('things', ['id'], [['a']])]));
    });
    afterEach(async () => {
      await opened.database.close();
      await opened.drop();
    });

    test.each(WRITES)('refuse: %s', async (_what, write) => {
      const { reader } = opened.database;
      const { error } = await failureOf(write.execute(reader));
      expect(error).toMatchObject({ name: 'StorageError', message: expect.stringMatching(/read.?only/i) });
      expect((await sql`select id from things`.execute(reader)).rows).toEqual([{ id: 'a' }]);
    });
  });
}

describeReads('SQLite', async () => {
  const folder = temporaryFolder();
  return { database: openSqlite({ path: join(folder.path, 'read.db') }), drop: folder.remove };
});

describeOn(['MySQL'], () => {
  describeReads('MySQL', async () => {
    const { url, drop } = await temporaryDatabase();
    return { database: openMysql<unknown>({ url }), drop };
  });
});
