import { Database } from 'bun:sqlite';
import { Kysely, SqliteDialect } from 'kysely';
import { bindings, kyselySqlite, StatementCache } from './bun-sqlite.ts';
import { sqliteFlavour } from './flavour.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { Row, Statement, TransactionScript, Write } from './statement.ts';
import { StorageError } from './storage-error.ts';

export interface SqliteOptions {
  /** A file, or `:memory:` is not possible: reader and writer are two connections. */
  readonly path: string;
  /** FULL: a committed transaction survives a power cut. NORMAL: it survives a crash of the process only. */
  readonly synchronous?: 'FULL' | 'NORMAL';
}

/**
 * SQLite with one connection that writes and one that reads (WAL lets them go on side by side).
 * A transaction runs from begin to commit without giving up the thread, so nothing can come in between.
 */
export function openSqlite<Schema>({ path, synchronous = 'FULL' }: SqliteOptions): SqlDatabase<Schema> {
  const writer = open(path, synchronous);
  const statements = new StatementCache(writer);
  const reader = new Kysely<Schema>({
    dialect: new SqliteDialect({ database: kyselySqlite(new StatementCache(open(path, synchronous))) }),
  });
  return {
    flavour: sqliteFlavour,
    reader,
    transact: async (script) => transact(statements, script),
    check: async () => {
      statements.get('select 1').prepared.get();
    },
    close: async () => {
      await reader.destroy();
      writer.run('pragma wal_checkpoint(truncate)');
      statements.close();
      writer.close();
    },
  };
}

function open(path: string, synchronous: 'FULL' | 'NORMAL'): Database {
  const database = new Database(path, { create: true, strict: true });
  database.run('pragma busy_timeout = 5000');
  database.run('pragma journal_mode = WAL');
  database.run(`pragma synchronous = ${synchronous}`);
  database.run('pragma foreign_keys = ON');
  // 16 MB of log between checkpoints: fewer syncs of the main file under load.
  database.run('pragma wal_autocheckpoint = 4000');
  return database;
}

function transact<Result>(statements: StatementCache, start: () => TransactionScript<Result>): Result {
  attempt(() => statements.get('begin immediate').prepared.run());
  try {
    const script = start();
    let step = script.next();
    while (!step.done) step = script.next(step.value.map((statement) => attempt(() => read(statements, statement))));
    for (const write of step.value.writes) attempt(() => apply(statements, write));
    attempt(() => statements.get('commit').prepared.run());
    return step.value.result;
  } catch (error) {
    // A failed commit can have ended the transaction already.
    if (statements.database.inTransaction) statements.get('rollback').prepared.run();
    throw error;
  }
}

function read(statements: StatementCache, { sql, parameters }: Statement): Row[] {
  return statements.get(sql).prepared.all(...bindings(parameters));
}

function apply(statements: StatementCache, write: Write): void {
  const { prepared } = statements.get(write.sql);
  if ('parameters' in write) prepared.run(...bindings(write.parameters));
  else for (const row of write.rows) prepared.run(...bindings(row));
}

function attempt<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new StorageError(sqliteFlavour.errorCode(error), error);
  }
}
