import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { sql } from 'kysely';
import { join } from 'node:path';
import type { ServiceStore } from '../engine/service-store.ts';
import type { ChassisCollections } from '../engine/writer/chassis-collections.ts';
import type { Collections, Keys } from '../engine/writer/use-case.ts';
import { type CostMeter, costMeter, planOf, type RecordedDatabase, recordedDatabase } from './query-costs.ts';
import { describeOn } from './real-servers.ts';
import { openMysql } from '../stores/sql/mysql-database.ts';
import type { SqlDatabase, Statement } from '../stores/sql/sql-database.ts';
import { openSqlite } from '../stores/sql/sqlite-database.ts';
import { type TemporaryDatabase, temporaryDatabase } from './temporary-mysql-store.ts';
import { type TemporaryFolder, temporaryFolder } from './temporary-store.ts';

interface QueryPlans<Schema, Store> {
  /** `100,000 orders` */
  readonly among: string;
  readonly open: (database: SqlDatabase<Schema>) => Store;
  readonly fill: (meter: CostMeter) => Promise<void>;
  /** Tables that never have many rows. */
  readonly small: readonly string[];
  /** Name of the query, maximum number of rows that each of its statements may read, and the call. */
  readonly queries: readonly (readonly [what: string, rows: number, ask: (store: Store) => Promise<unknown>])[];
}

/**
 * Tests that each query on a filled MySQL reads few rows, and that on MySQL and on SQLite it reads no table that may be large from
 * end to end. SQLite plans by the schema alone, so its database is empty.
 */
export function describeQueryPlans<Schema, Store extends Pick<ServiceStore<Collections>, 'migrate' | 'close'>>(
  { among, open, fill, small, queries }: QueryPlans<Schema, Store>,
): void {
  describe('on SQLite an index serves every query', () => {
    let folder: TemporaryFolder;
    let opened: SqlDatabase<Schema>;
    let recorded: RecordedDatabase<Schema>;
    let store: Store;
    let large: ReadonlySet<string>;

    const namesIn = async (query: string) => (await opened.reader.executeQuery<{ readonly name: string }>(sql.raw<{ readonly name: string }>(query).compile(opened.reader))).rows.map(({ name }) => name);

    beforeAll(async () => {
      folder = temporaryFolder();
      opened = openSqlite<Schema>({ path: join(folder.path, 'plans.db') });
      recorded = recordedDatabase(opened);
      store = open(recorded.database);
      await store.migrate();
      large = new Set((await namesIn("select name from sqlite_schema where type = 'table'")).filter((table) => !small.includes(table)));
    }, 30_000);
    afterAll(async () => {
      await store.close();
      folder.remove();
    });

    test.each(queries.map((query) => [...query] as const))('%s', async (_what, _rows, ask) => {
      const statements = await recorded.statementsOf(() => ask(store));
      expect(statements.length).toBeGreaterThan(0);
      for (const statement of statements) {
        if (readsNothing(statement)) continue;
        const plan = await planOf(opened, statement);
        if (readsFirstRows(statement, plan)) continue;
        // `SEARCH table` without an index: for a least or greatest value SQLite walks through all rows.
        const walked = plan.flatMap((detail) => /^(?:SCAN (\S+)|SEARCH (\S+)$)/.exec(detail)?.slice(1) ?? []);
        expect(walked.filter((table) => large.has(table)), `${statement.sql}: ${plan.join('; ')}`).toEqual([]);
      }
    });
  });

  describeOn(['MySQL'], () => {
    describe(`with ${among} on MySQL an index serves every query`, () => {
      let where: TemporaryDatabase;
      let recorded: RecordedDatabase<Schema>;
      let store: Store;
      let meter: CostMeter;

      beforeAll(async () => {
        where = await temporaryDatabase();
        recorded = recordedDatabase(openMysql<Schema>({ url: where.url }));
        store = open(recorded.database);
        await store.migrate();
        meter = await costMeter(where.url);
        await fill(meter);
      }, 180_000);
      afterAll(async () => {
        await meter.close();
        await store.close();
        await where.drop();
      }, 30_000);

      test.each(queries.map((query) => [...query] as const))('%s', async (_what, rows, ask) => {
        const statements = await recorded.statementsOf(() => ask(store));
        expect(statements.length).toBeGreaterThan(0);
        for (const statement of statements) {
          const cost = await meter.costOf(statement);
          expect(cost.rowsRead, `rows read by ${cost.text}`).toBeLessThanOrEqual(rows);
          expect(cost.scanned.filter((table) => !small.includes(table)), cost.text).toEqual([]);
        }
      });
    });
  });
}

/** True for a list of none: SQLite plans a scan for it and reads no row. */
const readsNothing = ({ sql: text }: Statement): boolean => text.endsWith(' where 1 = 0');

/** True for the first rows of one table, in any order or in the order of an index: the limit ends the scan. */
const readsFirstRows = ({ sql: text }: Statement, plan: readonly string[]): boolean =>
  text.split(' from "').length === 2 &&
  /from "\w+"(?: order by "\w+")? limit \?(?:\) as \w+)?$/.test(text) &&
  !plan.some((detail) => detail.startsWith('USE TEMP B-TREE'));

/** Loads entities as a batch of the writer does, on a lane of its own, and changes none. */
export async function loadBatch<C extends Collections>({ writing }: ServiceStore<C>, keys: Keys<C & ChassisCollections>): Promise<void> {
  const lane = await writing.takeLane('loading', 'me', { leftMs: Infinity, leaseMs: 5000 });
  if (lane === undefined) throw new Error('no lane');
  const nothing = { inserts: {}, updates: {}, removes: {}, events: [] };
  await writing.settle(lane, 0, 5000, { keys, moreKeys: () => ({}), decide: () => nothing });
}
