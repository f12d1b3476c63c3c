import { type Kysely, MysqlAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { StorageError } from '../../storage-error.ts';
import { runMigrations } from './migrations.ts';
import { ANSWER_MS, type MysqlConnection, type MysqlConnections, mysqlConnections, mysqlReader } from './mysql-connections.ts';
import { mysqlDialect, textOf, textsOf } from './mysql-dialect.ts';
import { type AdvisoryLock, exchangeSteps, type Row, type SqlDatabase, type Statement, type TransactionScript } from './sql-database.ts';

export interface MysqlOptions {
  /** `mysql://user:password@host:port/database` */
  readonly url: string;
  /** Connections for reads, default 10. Writes have two of their own: the writer has one transaction in flight. */
  readonly poolSize?: number;
}

/**
 * Seconds after which a process that is cut off, or frozen in the middle of a transaction, a packet or an answer, loses its
 * locks; well above the limit for an answer, well below the hours that are MySQL's default.
 */
const SILENCE_S = 12;
/** Seconds to wait for a lock; the batch is then repeated. */
const ROW_LOCK_WAIT_S = 3;

/** A MySQL database, 8.0.19 or later. Connections are made only when needed. */
export function openMysql<Schema>({ url, poolSize = 10 }: MysqlOptions): SqlDatabase<Schema> {
  const writing = mysqlConnections({
    url,
    size: 2,
    multipleStatements: true,
    variables: {
      wait_timeout: SILENCE_S,
      net_read_timeout: SILENCE_S,
      net_write_timeout: SILENCE_S,
      innodb_lock_wait_timeout: ROW_LOCK_WAIT_S,
    },
    answerMs: ANSWER_MS,
  });
  const reading = mysqlConnections({
    url,
    size: poolSize,
    multipleStatements: false,
    // The server gives up first, so that its query ends and the connection stays usable. It refuses writes, which are scripts.
    variables: { max_execution_time: ANSWER_MS - 500, transaction_read_only: 1 },
    answerMs: ANSWER_MS,
  });
  return {
    dialect: mysqlDialect,
    reader: mysqlReader<Schema>(reading),
    transact: (script) => mysqlTransact(writing, script),
    migrate: (migrations) => migrateMysql(url, migrations),
    advisoryLock: (name) => mysqlAdvisoryLock(url, name),
    async check() {
      const connection = await reading.acquire();
      try {
        await connection.send('select 1');
      } finally {
        connection.release();
      }
    },
    async close() {
      await Promise.all([writing.close(), reading.close()]);
    },
  };
}

/**
 * Runs a script with one packet for each step: `begin` and the first reads, any further reads, all writes and `commit`.
 * A statement that fails ends its packet, so the commit is not reached; but a time-out of a lock wait undoes only
 * its own statement, so after any error everything is rolled back.
 */
async function mysqlTransact<Result>(
  connections: MysqlConnections,
  start: () => TransactionScript<Result>,
): Promise<Result> {
  const script = start();
  let step = script.next();
  const connection = await connections.acquire();
  let begin: readonly string[] = ['begin'];
  try {
    while (!step.done) {
      const rows = await ask(connection, begin, step.value);
      begin = [];
      step = script.next(rows);
    }
    const { writes, result } = step.value;
    await commit(connection, [...begin, ...writes.flatMap(textsOf), 'commit']);
    return result;
  } catch (error) {
    await rollback(connection);
    throw error;
  } finally {
    connection.release();
  }
}

async function ask(
  connection: MysqlConnection,
  begin: readonly string[],
  reads: readonly Statement[],
): Promise<readonly (readonly Row[])[]> {
  const texts = [...begin, ...reads.map(textOf)];
  const answer = await connection.send(texts.join(';\n'));
  const results = (texts.length === 1 ? [answer] : answer) as readonly (readonly Row[])[];
  return results.slice(begin.length);
}

/** Sends the writes and the commit. If the connection is lost meanwhile, it is unknown whether the server has committed. */
async function commit(connection: MysqlConnection, texts: readonly string[]): Promise<void> {
  try {
    await connection.send(texts.join(';\n'));
  } catch (error) {
    throw error instanceof StorageError && error.code === 'connection' ? new StorageError('commit-unknown', error) : error;
  }
}

/** On a lost connection the server rolls back by itself. */
async function rollback(connection: MysqlConnection): Promise<void> {
  try {
    await connection.send('rollback');
  } catch (error) {
    if (!(error instanceof StorageError && error.code === 'connection')) throw error;
  }
}

/** Seconds after which a process that is frozen or cut off loses the name. */
const HOLDER_SILENCE_S = 60;
const ALIVE_EVERY_MS = 15_000;
/** Seconds to wait for each table; later statements wait behind a waiting exchange. */
const EXCHANGE_WAIT_S = 1;
const EXCHANGE_ANSWER_MS = 10_000;

/** Lock names are per server, not per database, and have at most 64 characters. */
const OF_THIS_DATABASE = 'left(sha2(database(), 256), 40)';

/**
 * Takes the lock on a connection of its own, which holds the name; when it is lost, the name is free. An exchange uses the same
 * connection, so a process that was paused and has lost the name meanwhile cannot exchange anything any more.
 */
async function mysqlAdvisoryLock(url: string, name: string): Promise<AdvisoryLock | undefined> {
  const variables = { wait_timeout: HOLDER_SILENCE_S, lock_wait_timeout: EXCHANGE_WAIT_S };
  const connections = mysqlConnections({ url, size: 1, multipleStatements: false, variables, answerMs: EXCHANGE_ANSWER_MS });
  try {
    const connection = await connections.acquire();
    const asked = textOf({ sql: `select get_lock(concat(?, ${OF_THIS_DATABASE}), 0) as got`, parameters: [`souk-${name}-`] });
    const [row] = (await connection.send(asked)) as readonly { readonly got: number | null }[];
    if (row?.got === 1) return heldBy(connection, () => connections.close());
  } catch (error) {
    await connections.close();
    throw error;
  }
  await connections.close();
  return undefined;
}

function heldBy(connection: MysqlConnection, close: () => Promise<void>): AdvisoryLock {
  // When it fails, the connection is lost, and the next exchange says so.
  const alive = setInterval(() => void connection.send('select 1').catch(() => undefined), ALIVE_EVERY_MS);
  alive.unref();
  return {
    async exchange(pairs) {
      const renames = exchangeSteps(pairs).map(([from, to]) => `\`${from}\` to \`${to}\``);
      await connection.send(`rename table ${renames.join(', ')}`);
    },
    async release() {
      clearInterval(alive);
      connection.discard();
      await close();
    },
  };
}

/** Seconds; as long as another process may take to migrate. */
const MIGRATION_WAIT_S = 60;
/** Ten minutes for one step: an index on a large table takes long. */
const STEP_MS = 600_000;
/** Longest wait of others behind a step that waits for a transaction, and the pause before that step tries again. */
const STEP_WAIT_S = 2;
const BETWEEN_TRIES_MS = 1000;
const LOCK_WAIT_OVER = 1205;
/** The column or index to be dropped does not exist. */
const NOT_THERE = 1091;
/** A table, column or index exists already, or is gone already. */
const ALREADY_DONE: ReadonlySet<unknown> = new Set([1050, 1060, 1061, NOT_THERE]);

const MIGRATION_LOCK = sql`concat('souk-migration-', ${sql.raw(OF_THIS_DATABASE)})`;

/** Kysely's own lock is shared by all databases of the server; it would wait for an hour, and not check whether it got the lock. */
class LockedAdapter extends MysqlAdapter {
  override async acquireMigrationLock(db: Kysely<unknown>): Promise<void> {
    const { rows } = await sql<{ got: number | null }>`select get_lock(${MIGRATION_LOCK}, ${sql.lit(MIGRATION_WAIT_S)}) as got`.execute(db);
    if (rows[0]?.got === 1) return;
    throw new StorageError('retry', new Error(`another process has been migrating this database for more than ${MIGRATION_WAIT_S} s`));
  }

  override async releaseMigrationLock(db: Kysely<unknown>): Promise<void> {
    await sql`select release_lock(${MIGRATION_LOCK})`.execute(db);
  }
}

/** Migrates on a connection of its own, which holds the lock; when the connection is lost, the lock is free. */
async function migrateMysql(url: string, migrations: Readonly<Record<string, Migration>>): Promise<readonly string[]> {
  const connections = mysqlConnections({ url, size: 1, multipleStatements: false, variables: { lock_wait_timeout: STEP_WAIT_S }, answerMs: STEP_MS });
  const db = mysqlReader<unknown>(connections, new LockedAdapter(), Infinity);
  try {
    await sql`create table if not exists migrations_begun (name varchar(255) primary key)`.execute(db);
    return await runMigrations(db, resumable(migrations));
  } finally {
    await connections.close();
  }
}

/**
 * MySQL commits a change of the schema at once, and a process can die before the step is recorded as done. Each step
 * is therefore recorded before it begins, so that what exists already is recognized as its own work.
 */
function resumable(migrations: Readonly<Record<string, Migration>>): Readonly<Record<string, Migration>> {
  const steps = Object.entries(migrations).map(([name, { up }]) => [name, { up: (db) => resume(db, name, up) } satisfies Migration]);
  return Object.fromEntries(steps) as Readonly<Record<string, Migration>>;
}

async function resume(db: Kysely<unknown>, name: string, up: Migration['up']): Promise<void> {
  const begunBefore = (await sql`select name from migrations_begun where name = ${name}`.execute(db)).rows.length > 0;
  if (!begunBefore) await sql`insert into migrations_begun (name) values (${name})`.execute(db);
  try {
    await whenNobodyReads(() => up(db));
  } catch (error) {
    const isDone = error instanceof StorageError && ALREADY_DONE.has(errnoOf(error.cause));
    if (isDone && (begunBefore || errnoOf(error.cause) === NOT_THERE)) return;
    // The server refused, so nothing was created.
    if (!(error instanceof StorageError && error.isInfrastructure)) await sql`delete from migrations_begun where name = ${name}`.execute(db);
    if (!isDone) throw error;
    const hint = `${name} did not make it; remove it, or add this name to the table migrations_begun if it is the same`;
    throw new StorageError('other', new Error(`${error.message}: ${hint}`, { cause: error }));
  }
}

/**
 * A step waits for every open transaction that has read its table (a backup, the checker), and later statements wait
 * behind it. So it waits for a moment only, lets the others through, and tries again.
 */
async function whenNobodyReads(step: () => Promise<void>): Promise<void> {
  const limit = performance.now() + STEP_MS;
  for (;;) {
    try {
      return await step();
    } catch (error) {
      const isInTheWay = error instanceof StorageError && errnoOf(error.cause) === LOCK_WAIT_OVER;
      if (!isInTheWay || performance.now() > limit) throw error;
    }
    await Bun.sleep(BETWEEN_TRIES_MS);
  }
}

function errnoOf(error: unknown): unknown {
  return error instanceof Error && 'errno' in error ? error.errno : undefined;
}
