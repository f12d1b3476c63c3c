import type { Database } from 'bun:sqlite';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { StorageError } from '../storage-error.ts';
import { runMigrations } from './run-migrations.ts';
import { sqliteFlavour } from './sqlite-flavour.ts';

/** As long as another process may take to migrate. */
const LOCK_WAIT_MS = 60_000;
const BETWEEN_TRIES_MS = 50;

/** All steps in one transaction of the connection `reader` works on: two processes take turns, and a failed run leaves nothing. */
export async function migrateSqlite<Schema>(
  database: Database,
  reader: Kysely<Schema>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<readonly string[]> {
  await beginWhenFree(database);
  try {
    const done = await runMigrations(reader as Kysely<unknown>, migrations);
    database.run('commit');
    return done;
  } catch (error) {
    if (database.inTransaction) database.run('rollback');
    throw error;
  }
}

/** SQLite's own waiting would stop the event loop. */
async function beginWhenFree(database: Database): Promise<void> {
  const limit = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    const busy = beginOrBusy(database);
    if (busy === undefined) return;
    if (performance.now() > limit) {
      const message = `another process has been writing to this database for more than ${LOCK_WAIT_MS / 1000} s`;
      throw new StorageError('retry', new Error(message, { cause: busy }));
    }
    await Bun.sleep(BETWEEN_TRIES_MS);
  }
}

/** The error that says that somebody else is writing. */
function beginOrBusy(database: Database): unknown {
  const { timeout } = database.query<{ timeout: number }, []>('pragma busy_timeout').get() ?? { timeout: 0 };
  database.run('pragma busy_timeout = 0');
  try {
    database.run('begin immediate');
    return undefined;
  } catch (error) {
    const code = sqliteFlavour.errorCode(error);
    if (code === 'retry') return error;
    throw new StorageError(code, error);
  } finally {
    database.run(`pragma busy_timeout = ${timeout}`);
  }
}
