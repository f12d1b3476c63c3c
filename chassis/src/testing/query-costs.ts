import { type KyselyPlugin, sql } from 'kysely';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { mysqlAddress, sessionSettings } from '../stores/sql/mysql-address.ts';
import { textOf } from '../stores/sql/mysql-dialect.ts';
import type { Row, SqlDatabase, Statement, TransactionScript } from '../stores/sql/sql-database.ts';
import { openSqlite } from '../stores/sql/sqlite-database.ts';

export interface RecordedDatabase<Schema> {
  /** The same database, recording its queries. */
  readonly database: SqlDatabase<Schema>;
  /** All statements that read while this runs. */
  statementsOf(run: () => Promise<unknown>): Promise<readonly Statement[]>;
}

/** Records the queries and loads of the code under test, so that their plans are those of the real thing. */
export function recordedDatabase<Schema>(database: SqlDatabase<Schema>): RecordedDatabase<Schema> {
  let seen: Statement[] = [];
  // Parts of a query pass through here as well, but never have a result.
  const compiled = new WeakMap<object, Statement>();
  const recording: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      compiled.set(queryId, database.reader.getExecutor().compileQuery(node, queryId));
      return node;
    },
    async transformResult({ result, queryId }) {
      const statement = compiled.get(queryId);
      if (statement !== undefined) seen.push(statement);
      return result;
    },
  };
  function* watched<R>(script: TransactionScript<R>): TransactionScript<R> {
    let step = script.next();
    while (!step.done) {
      seen.push(...step.value);
      const rows: readonly (readonly Row[])[] = yield step.value;
      step = script.next(rows);
    }
    return step.value;
  }
  return {
    database: {
      ...database,
      reader: database.reader.withPlugin(recording),
      transact: (script) => database.transact(() => watched(script())),
    },
    async statementsOf(run) {
      seen = [];
      await run();
      return seen;
    },
  };
}

export interface QueryCost {
  readonly text: string;
  /** Tables that may be read from end to end, by themselves or by an index. */
  readonly scanned: readonly string[];
  /** Rows the storage engine was asked for. */
  readonly rowsRead: number;
}

/** A connection that fills tables and measures the cost of queries. */
export interface CostMeter {
  /** `count` rows, each column an SQL expression over `n` = 0, 1, 2, … */
  fill(table: string, columns: Readonly<Record<string, string>>, count?: number): Promise<void>;
  costOf(statement: Statement): Promise<QueryCost>;
  close(): Promise<void>;
}

/** SQL expression for an id; ids are in the order of `n`. */
export const ID = "concat(lpad(hex(n), 8, '0'), '-0000-7000-8000-000000000000')";

/** The value of `ID` in the row of this `n`. */
export function idOf(n: number): string {
  return `${n.toString(16).toUpperCase().padStart(8, '0')}-0000-7000-8000-000000000000`;
}

export async function costMeter(url: string): Promise<CostMeter> {
  const connection = await createConnection(mysqlAddress(url));
  await connection.query(sessionSettings());
  return {
    async fill(table, columns, count = 100_000) {
      const names = Object.keys(columns).map((name) => `\`${name}\``);
      await connection.query(
        `insert into \`${table}\` (${names.join(', ')}) with recursive d (n) as (select 0 union all select n + 1 from d where n < 999) select ${Object.values(columns).join(', ')} from (select a.n * 1000 + b.n as n from d a join d b) as numbers where n < ${count}`,
      );
      await connection.query(`analyze table \`${table}\``);
    },
    costOf: (statement) => costOf(connection, textOf(statement)),
    close: () => connection.end(),
  };
}

/** Runs the statement, rolls it back, and examines its plan. */
async function costOf(connection: Connection, text: string): Promise<QueryCost> {
  await connection.query('begin');
  await connection.query('flush status');
  await connection.query(text);
  const [counters] = await connection.query<RowDataPacket[]>("show session status like 'Handler_read%'");
  await connection.query('rollback');
  const [plan] = await connection.query<RowDataPacket[]>(`explain format = traditional ${text}`);
  // A derived table is read from end to end; the table it came from has a line of its own.
  const lines = plan.filter(({ table }) => !String(table).startsWith('<derived'));
  const bad = lines.filter(({ type, rows }) => type === 'ALL' || (type === 'index' && Number(rows) > 1000));
  return {
    text,
    scanned: bad.map(({ table }) => String(table)),
    rowsRead: counters.reduce((sum, { Value }) => sum + Number(Value), 0),
  };
}

/** SQLite's query plans for everything that `run` reads in the database of this file. */
export async function sqlitePlansOf<Schema>(path: string, run: (database: SqlDatabase<Schema>) => Promise<unknown>): Promise<readonly string[]> {
  const opened = openSqlite<Schema>({ path });
  try {
    const { database, statementsOf } = recordedDatabase(opened);
    const plans: string[] = [];
    for (const statement of await statementsOf(() => run(database))) {
      plans.push((await planOf(opened, statement)).join('; '));
    }
    return plans;
  } finally {
    await opened.close();
  }
}

/** The steps of SQLite's plan for a statement. */
export async function planOf<Schema>({ reader }: Pick<SqlDatabase<Schema>, 'reader'>, statement: Statement): Promise<readonly string[]> {
  const explain = sql.raw<{ detail: string }>(`explain query plan ${statement.sql}`).compile(reader);
  const { rows } = await reader.executeQuery<{ detail: string }>({ ...explain, parameters: statement.parameters });
  return rows.map(({ detail }) => detail);
}
