import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { openMysql } from '../../../src/stores/sql/mysql-database.ts';
import type { SqlDatabase } from '../../../src/stores/sql/sql-database.ts';
import { openSqlite } from '../../../src/stores/sql/sqlite-database.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { temporaryFolder } from '../../../src/testing/temporary-store.ts';
import { temporaryDatabase } from '../../../src/testing/temporary-mysql-store.ts';
import { until } from '../../../src/testing/until.ts';
import { failureOf, writing } from './opened-mysql.ts';

interface Opened {
  readonly database: SqlDatabase<unknown>;
  /** As another process would open it. */
  readonly other: SqlDatabase<unknown>;
  drop(): Promise<void> | void;
}

const PAIRS = [
  ['shelf', 'shelf_fresh'],
  ['goods', 'goods_fresh'],
] as const;

function describeHeldNames(name: string, open: () => Promise<Opened>): void {
  describe(`a name held on ${name}`, () => {
    let opened: Opened;
    beforeEach(async () => {
      opened = await open();
      const { dialect, migrate, transact } = opened.database;
      const tables = PAIRS.flat().map((table, at) => {
        const up = (db: Kysely<unknown>) =>
          dialect.clusteredTable(db.schema.createTable(table).addColumn('id', dialect.column.key, (c) => c.primaryKey().notNull())).execute();
        return [`${at}-${table}`, { up }] as const;
      });
      await migrate(Object.fromEntries(tables));
      await transact(() => writing(PAIRS.flat().map((table) => dialect.insert(table, ['id'], [[`in ${table}`]]))));
    });
    afterEach(async () => {
      await Promise.all([opened.database.close(), opened.other.close()]);
      await opened.drop();
    });

    const contents = async (): Promise<string[]> => {
      const { reader } = opened.other;
      const read = async (table: string) => (await sql<{ id: string }>`select id from ${sql.table(table)}`.execute(reader)).rows;
      return (await Promise.all(PAIRS.flat().map(read))).flat().map(({ id }) => id);
    };

    test('belongs to one process until it is released; other names are free', async () => {
      const { database, other } = opened;
      const held = await database.advisoryLock('tidy');
      expect(await other.advisoryLock('tidy')).toBeUndefined();
      expect(await database.advisoryLock('tidy')).toBeUndefined();
      const second = await other.advisoryLock('sort');
      expect(second).toBeDefined();
      await Promise.all([held?.release(), second?.release()]);
      const next = await until('free', () => other.advisoryLock('tidy'));
      await next.release();
    });

    test('lets its holder swap tables, there and back', async () => {
      const held = await opened.database.advisoryLock('tidy');
      await held?.exchange(PAIRS);
      expect(await contents()).toEqual(['in shelf_fresh', 'in shelf', 'in goods_fresh', 'in goods']);
      await held?.exchange(PAIRS);
      expect(await contents()).toEqual(['in shelf', 'in shelf_fresh', 'in goods', 'in goods_fresh']);
      await held?.release();
    });

    test('swaps all tables or none', async () => {
      const held = await opened.database.advisoryLock('tidy');
      const { error } = await failureOf(held?.exchange([...PAIRS, ['none', 'there']]) ?? Promise.resolve());
      expect(error).toMatchObject({ name: 'StorageError', code: 'other' });
      expect(await contents()).toEqual(['in shelf', 'in shelf_fresh', 'in goods', 'in goods_fresh']);
      await held?.release();
    });
  });
}

describeHeldNames('SQLite', async () => {
  const folder = temporaryFolder();
  const path = join(folder.path, 'held.db');
  return { database: openSqlite({ path }), other: openSqlite({ path }), drop: folder.remove };
});

describeOn(['MySQL'], () => {
  const open = async () => {
    const { url, drop } = await temporaryDatabase();
    return { url, database: openMysql<unknown>({ url }), other: openMysql<unknown>({ url }), drop };
  };
  describeHeldNames('MySQL', open);

  test('on MySQL an exchange that has to wait for a transaction gives up soon, and a process that has lost the name exchanges nothing', async () => {
    const { database, other, drop } = await open();
    await database.migrate({
      one: { up: (db) => db.schema.createTable('a').addColumn('id', 'integer').execute() },
      two: { up: (db) => db.schema.createTable('b').addColumn('id', 'integer').execute() },
    });
    const held = await database.advisoryLock('tidy');
    let exchanging: Promise<{ readonly error: unknown; readonly afterMs: number }> | undefined;
    const used = other.transact(function* () {
      yield [{ sql: 'select id from a', parameters: [] }];
      // Sent now, carried out never: the transaction goes on only when the exchange has ended.
      exchanging = failureOf(held?.exchange([['a', 'b']]) ?? Promise.resolve());
      yield [{ sql: 'select sleep(2)', parameters: [] }];
      return { writes: [], result: undefined };
    });
    await used;
    expect(await exchanging).toMatchObject({ error: { code: 'retry' } });
    const [{ id } = { id: 0 }] = (await sql<{ id: number }>`select is_used_lock(concat('souk-tidy-', left(sha2(database(), 256), 40))) as id`.execute(other.reader)).rows;
    await sql`kill ${sql.lit(id)}`.execute(other.reader);
    const next = await until('the name is free', () => other.advisoryLock('tidy'));
    expect((await failureOf(held?.exchange([['a', 'b']]) ?? Promise.resolve())).error).toMatchObject({ code: 'connection' });
    await Promise.all([held?.release(), next.release()]);
    await Promise.all([database.close(), other.close()]);
    await drop();
  }, 15_000);
});
