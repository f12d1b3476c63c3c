import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { chassisMigrations, type ChassisSchema } from '../../../src/stores/sql/chassis-schema.ts';
import { migrate, pendingMigrations } from '../../../src/stores/sql/migrations.ts';
import { openMysql } from '../../../src/stores/sql/mysql-database.ts';
import { mysqlDialect } from '../../../src/stores/sql/mysql-dialect.ts';
import type { SqlDatabase } from '../../../src/stores/sql/sql-database.ts';
import { sqlServiceStore } from '../../../src/stores/sql/sql-service-store.ts';
import { openSqlite } from '../../../src/stores/sql/sqlite-database.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { type TemporaryDatabase, temporaryDatabase } from '../../../src/testing/temporary-mysql-store.ts';
import { temporaryFolder } from '../../../src/testing/temporary-store.ts';
import { until } from '../../../src/testing/until.ts';
import { KEYED_ANSWERS, WHOLE_ANSWERS } from '../../../src/engine/writer/answer-key.ts';
import { failureOf, writing } from './opened-mysql.ts';

const STEPS = Object.keys(chassisMigrations(mysqlDialect)).toSorted();
const refuses: Record<string, Migration> = { 'x-001': { up: () => Promise.reject(new Error('no')) } };

/** One more step than this version knows. */
const later: Record<string, Migration> = { 'x-001': { up: async () => undefined } };

async function expectStepsToBeTold(database: SqlDatabase<unknown>): Promise<void> {
  expect(await pendingMigrations(database, later)).toEqual([...STEPS, 'x-001']);
  await migrate(database, {});
  expect(await pendingMigrations(database, later)).toEqual(['x-001']);
  await migrate(database, later);
  expect(await pendingMigrations(database, later)).toEqual([]);
  // A version that knows less has nothing to do, and does not mind.
  expect(await pendingMigrations(database, {})).toEqual([]);
  expect(await migrate(database, {})).toEqual([]);
}

/** Where a process has served, it may do so again beside a new one, and must find the answers of that. */
async function expectAnswersAsBefore(database: SqlDatabase<unknown>): Promise<void> {
  const { 'chassis-051-answer-form': step, ...before } = chassisMigrations(database.dialect);
  await database.migrate(before);
  const columns = ['lane', 'owner', 'epoch', 'lease_until', 'last_seq', 'published_seq', 'transactions'];
  const lane = (name: string) => database.transact(() => writing([database.dialect.insert('lanes', columns, [[name, 'me', 1, 0, 0, 0, 0]])]));
  await lane('of before');
  expect(step).toBeDefined();
  await migrate(database, {});
  await lane('new');
  expect(await formsOf(database)).toEqual([WHOLE_ANSWERS, WHOLE_ANSWERS]);
}

async function expectKeyedAnswers(database: SqlDatabase<unknown>): Promise<void> {
  await migrate(database, {});
  await sqlServiceStore<{ readonly [name in never]: object }, unknown>(database, {}, {}).writing.takeLane('one', 'me', { leftMs: 0, leaseMs: 5000 });
  expect(await formsOf(database)).toEqual([KEYED_ANSWERS]);
}

async function formsOf({ reader }: SqlDatabase<unknown>): Promise<readonly number[]> {
  const rows = await (reader as Kysely<ChassisSchema>).selectFrom('lanes').select('answer_form').execute();
  return rows.map((row) => row.answer_form);
}

describe('migrations on SQLite', () => {
  test('list what is pending; a schema of a later version stays as it is', async () => {
    using folder = temporaryFolder();
    const database = openSqlite({ path: join(folder.path, 'new.db') });
    await expectStepsToBeTold(database);
    await database.close();
  });

  test('a new shop stores keys of answers, and one that has served goes on with whole answers', async () => {
    using folder = temporaryFolder();
    for (const [name, expectation] of [['new', expectKeyedAnswers], ['served', expectAnswersAsBefore]] as const) {
      const database = openSqlite({ path: join(folder.path, `${name}.db`) });
      await expectation(database);
      await database.close();
    }
  });

  test('three processes that start at once on a new file do every step once', async () => {
    using folder = temporaryFolder();
    const command = [process.execPath, join(import.meta.dir, 'migrating-process.ts'), join(folder.path, 'new.db')];
    const processes = [1, 2, 3].map(() => Bun.spawn(command, { stdout: 'pipe', stderr: 'pipe' }));
    const said = await Promise.all(processes.map(async (each) => [await new Response(each.stdout).text(), await new Response(each.stderr).text()]));
    expect(said.map(([, error]) => error)).toEqual(['', '', '']);
    expect(said.map(([done]) => Number(done)).toSorted((a, b) => a - b)).toEqual([0, 0, STEPS.length]);
  }, 30_000);

  test('a failed step is named, and nothing of the run is left', async () => {
    using folder = temporaryFolder();
    const database = openSqlite({ path: join(folder.path, 'new.db') });
    const { error } = await failureOf(migrate(database, refuses));
    expect(error).toMatchObject({ name: 'StorageError', message: expect.stringContaining('migration x-001 failed: no') });
    expect(await migrate(database, {})).toHaveLength(STEPS.length);
    await database.close();
  });
});

describeOn(['MySQL'], () => {
  describe('migrations on MySQL', () => {
    let where: TemporaryDatabase;
    const opened: SqlDatabase<unknown>[] = [];
    const open = () => {
      const database = openMysql<unknown>({ url: where.url });
      opened.push(database);
      return database;
    };
    beforeEach(async () => {
      where = await temporaryDatabase();
    });
    afterEach(async () => {
      for (const database of opened.splice(0)) await database.close();
      await where.drop();
    });

    test('list what is pending; a schema of a later version stays as it is', async () => {
      await expectStepsToBeTold(open());
    }, 30_000);

    test('a new shop stores keys of answers', async () => {
      await expectKeyedAnswers(open());
    }, 30_000);

    test('a shop that has served goes on with whole answers', async () => {
      await expectAnswersAsBefore(open());
    }, 30_000);

    test('two processes that start at once on a new database do every step once', async () => {
      const done = await Promise.all([open(), open(), open()].map((database) => migrate(database, {})));
      expect(done.flat().toSorted()).toEqual(STEPS);
      expect(done.filter((names) => names.length > 0)).toHaveLength(1);
    }, 30_000);

    test('a process continues where another one died between a step and its record', async () => {
      const database = open();
      await migrate(database, {});
      const last = STEPS.slice(-2);
      const forget = last.map((name) => ({ sql: 'delete from kysely_migration where name = ?', parameters: [name] }));
      await database.transact(() => writing(forget));
      expect(await migrate(database, {})).toEqual(last);
      expect(await migrate(database, {})).toEqual([]);
    }, 30_000);

    test('a step waits only a moment for readers of its table, so that others go on meanwhile', async () => {
      const database = open();
      await migrate(database, {});
      const reader = await createConnection({ uri: where.url });
      await reader.query('begin');
      await reader.query('select * from ended_access');
      let isDone = false;
      const index = { name: 'x', table: 'ended_access', columns: ['generation'] };
      const step: Migration = { up: async (db) => void (await mysqlDialect.addIndex(index).execute(db)) };
      const migrating = migrate(database, { 'x-001': step }).finally(() => (isDone = true));
      const waiting = `select 1 from information_schema.processlist where db = database() and state like 'Waiting for table metadata lock%'`;
      await until('the step waits', async () => ((await reader.query<RowDataPacket[]>(waiting))[0].length > 0 ? true : undefined));
      await database.transact(() => writing([{ sql: `insert into ended_access (id, at) values ('somebody', 1)`, parameters: [] }]));
      expect(isDone).toBe(false);
      await reader.end();
      expect(await migrating).toEqual(['x-001']);
    }, 30_000);

    test('a step may take longer than a read may, and the next steps follow', async () => {
      const steps: Record<string, Migration> = {
        'x-001': { up: async (db) => void (await sql`do sleep(10.5)`.execute(db)) },
        'x-002': { up: async (db) => void (await sql`create table x (id int)`.execute(db)) },
      };
      expect((await migrate(open(), steps)).slice(-2)).toEqual(['x-001', 'x-002']);
    }, 60_000);

    test('dropping an index that does not exist is no error', async () => {
      const drop: Migration = { up: async (db) => void (await mysqlDialect.dropIndex('ended_access_nothing', 'ended_access').execute(db)) };
      expect(await migrate(open(), { 'x-001': drop })).toContain('x-001');
    }, 30_000);

    test('a table that somebody else created is not taken for a step of ours', async () => {
      const database = open();
      await database.transact(() => writing([{ sql: 'create table lanes (lane int)', parameters: [] }]));
      const { error } = await failureOf(migrate(database, {}));
      expect(String(error)).toMatch(/migration chassis-001-lanes failed: .*'lanes' already exists.*remove it, or add this name to the table migrations_begun/);
      // Nor when it is met a second time.
      expect(String((await failureOf(migrate(database, {}))).error)).toMatch(/remove it/);
      await database.transact(() => writing([{ sql: 'drop table lanes', parameters: [] }]));
      expect(await migrate(database, {})).toEqual(STEPS);
    }, 30_000);
  });
});
