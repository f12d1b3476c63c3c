import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Migration } from 'kysely/migration';
import { StorageError } from '../../storage-error.ts';
import { runMigrations } from './migrations.ts';
import type { SqliteRequest } from './sqlite-packets.ts';
import type { Row } from './statement.ts';

/** As long as another process may take to migrate. */
const LOCK_WAIT_MS = 60_000;
const BETWEEN_TRIES_MS = 50;

/** Sends a request to the connection that writes. */
type Ask = (request: SqliteRequest) => Promise<readonly (readonly Row[])[]>;

/** All steps in one transaction: two processes take turns, and a failed run leaves nothing. */
export async function migrateSqlite(ask: Ask, migrations: Readonly<Record<string, Migration>>): Promise<readonly string[]> {
  await beginWhenFree(ask);
  try {
    const done = await runMigrations(writingKysely(ask), migrations);
    await ask({ kind: 'commit', writes: [] });
    return done;
  } catch (error) {
    await ask({ kind: 'rollback' });
    throw error;
  }
}

/** Waits here, because SQLite's own wait would block the thread, and with it the other databases of the process. */
async function beginWhenFree(ask: Ask): Promise<void> {
  const limit = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      await ask({ kind: 'begin-if-free' });
      return;
    } catch (error) {
      if (!(error instanceof StorageError && error.code === 'retry')) throw error;
      if (performance.now() > limit) {
        const message = `another process has been writing to this database for more than ${LOCK_WAIT_MS / 1000} s`;
        throw new StorageError('retry', new Error(message, { cause: error }));
      }
    }
    await Bun.sleep(BETWEEN_TRIES_MS);
  }
}

/** Kysely on the connection that writes, within the transaction that is open there. */
function writingKysely(ask: Ask): Kysely<unknown> {
  const connection = new Writing(ask);
  const dialect: Dialect = {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => driver(connection),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
  return new Kysely<unknown>({ dialect });
}

class Writing implements DatabaseConnection {
  constructor(readonly ask: Ask) {}

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const [rows = []] = await this.ask({ kind: 'step', statement: { sql, parameters } });
    return { rows: rows as readonly R[] as R[] };
  }

  streamQuery(): never {
    throw new Error('results are not streamed');
  }
}

function driver(connection: DatabaseConnection): Driver {
  const refuse = () => Promise.reject(new Error('a migration is in a transaction already'));
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connection),
    releaseConnection: () => Promise.resolve(),
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    destroy: () => Promise.resolve(),
  };
}
