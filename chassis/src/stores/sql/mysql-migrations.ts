import { type Kysely, MysqlAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { StorageError } from '../../storage-error.ts';
import { mysqlConnections } from './mysql-connections.ts';
import { mysqlReader } from './mysql-reader.ts';
import { runMigrations } from './migrations.ts';

/** Seconds; as long as another process may take to migrate. */
const LOCK_WAIT_S = 60;
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

/** Kysely's own lock is shared by all databases of the server; it would wait for an hour, and not check whether it got the lock. */
class LockedAdapter extends MysqlAdapter {
  override async acquireMigrationLock(db: Kysely<unknown>): Promise<void> {
    const { rows } = await sql<{ got: number | null }>`select get_lock(${LOCK}, ${sql.lit(LOCK_WAIT_S)}) as got`.execute(db);
    if (rows[0]?.got === 1) return;
    throw new StorageError('retry', new Error(`another process has been migrating this database for more than ${LOCK_WAIT_S} s`));
  }

  override async releaseMigrationLock(db: Kysely<unknown>): Promise<void> {
    await sql`select release_lock(${LOCK})`.execute(db);
  }
}

/** Lock names are per server, not per database, and have at most 64 characters. */
const LOCK = sql`concat('souk-migration-', left(sha2(database(), 256), 40))`;

/** Migrates on a connection of its own, which holds the lock; when the connection is lost, the lock is free. */
export async function migrateMysql(url: string, migrations: Readonly<Record<string, Migration>>): Promise<readonly string[]> {
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
