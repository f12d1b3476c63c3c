import { resolve } from 'node:path';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Migration } from 'kysely/migration';
import { keepWalSmall } from '../../checkpoints.ts';
import { StorageError } from '../../storage-error.ts';
import { runMigrations } from './migrations.ts';
import { type AdvisoryLock, exchangeSteps, type Row, type SqlDatabase, type Statement, type TransactionScript } from './sql-database.ts';
import { kyselySqlite, openReading, StatementCache } from './sqlite-connection.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { type SqliteRequest, type SqliteThread, sqliteThread, type Synchronous } from './sqlite-thread.ts';

export interface SqliteOptions {
  /** A file; `:memory:` is not possible, because two connections must see the same data. */
  readonly path: string;
  /** FULL: a committed transaction survives a power cut. NORMAL: it survives only a crash of the process. */
  readonly synchronous?: Synchronous;
}

let connections = 0;

/** The last transaction of each file, after which the next one runs. The thread must never wait for a lock that only it can release. */
const turns = new Map<string, Promise<unknown>>();

/** The names that are held, by name and file. They need no lock in the database: the file of a service belongs to one process. */
const held = new Map<string, AdvisoryLock>();

/**
 * SQLite with one read-only connection here, and one connection that writes in a thread of its own (WAL lets both
 * work at the same time). Transactions of one file run one after another.
 */
export function openSqlite<Schema>({ path, synchronous = 'FULL' }: SqliteOptions): SqlDatabase<Schema> {
  const thread = sqliteThread();
  const connection = (connections += 1);
  const reading = new StatementCache(openReading(path));
  const reader = new Kysely<Schema>({ dialect: new SqliteDialect({ database: kyselySqlite(reading) }) });
  const file = resolve(path);
  const opened = thread.ask(connection, { kind: 'open', path, synchronous });

  /** Runs after everything that came before on this file has ended; an earlier failure concerns its own caller only. */
  function inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = (turns.get(file) ?? Promise.resolve()).then(async () => {
      await opened;
      return run();
    });
    const over = result.then(
      () => undefined,
      () => undefined,
    );
    turns.set(file, over);
    return result;
  }

  const leaveWal = keepWalSmall(path, {
    pause: () => inTurn(() => thread.ask(connection, { kind: 'pause-checkpoints' })),
    resume: () => inTurn(() => thread.ask(connection, { kind: 'resume-checkpoints' })),
  });

  return {
    dialect: sqliteDialect,
    reader,
    transact: (script) => inTurn(() => transact(thread, connection, script)),
    migrate: (migrations) => inTurn(() => migrateSqlite((request) => thread.ask(connection, request), migrations)),
    async advisoryLock(name): Promise<AdvisoryLock | undefined> {
      const key = `${name} ${file}`;
      if (held.has(key)) return undefined;
      const mine: AdvisoryLock = {
        exchange: (pairs) =>
          inTurn(async () => {
            if (held.get(key) !== mine) throw new StorageError('connection', new Error(`${name} is not held any more`));
            await thread.ask(connection, { kind: 'commit', writes: renames(pairs) });
          }),
        async release() {
          if (held.get(key) === mine) held.delete(key);
        },
      };
      held.set(key, mine);
      return mine;
    },
    check: async () => {
      reading.get('select 1').prepared.get();
    },
    async close() {
      leaveWal();
      await reader.destroy();
      await inTurn(() => thread.ask(connection, { kind: 'close' }));
    },
  };
}

function renames(pairs: readonly (readonly [string, string])[]): readonly Statement[] {
  return exchangeSteps(pairs).map(([from, to]) => ({ sql: `alter table "${from}" rename to "${to}"`, parameters: [] }));
}

async function transact<Result>(
  thread: SqliteThread,
  connection: number,
  start: () => TransactionScript<Result>,
): Promise<Result> {
  const script = start();
  let step = script.next();
  let begun = false;
  try {
    while (!step.done) {
      const rows = await thread.ask(connection, { kind: begun ? 'read' : 'begin', reads: step.value });
      begun = true;
      step = script.next(rows);
    }
    const { writes, result } = step.value;
    begun = false;
    await thread.ask(connection, { kind: 'commit', writes });
    return result;
  } catch (error) {
    // A failure in the thread is rolled back there; this is for an error thrown by the script itself.
    if (begun) await thread.ask(connection, { kind: 'rollback' });
    throw error;
  }
}

/** As long as another process may take to migrate. */
const LOCK_WAIT_MS = 60_000;
const BETWEEN_TRIES_MS = 50;

/** Sends a request to the connection that writes. */
type Ask = (request: SqliteRequest) => Promise<readonly (readonly Row[])[]>;

/** All steps in one transaction: two processes take turns, and a failed run leaves nothing. */
async function migrateSqlite(ask: Ask, migrations: Readonly<Record<string, Migration>>): Promise<readonly string[]> {
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
