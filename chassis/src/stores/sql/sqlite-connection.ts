import { Database, type SQLQueryBindings, type Statement as Prepared } from 'bun:sqlite';
import type { SqliteDatabase as KyselySqlite } from 'kysely';
import { checkpoint, checkpointEvery, pauseCheckpoints } from '../../checkpoints.ts';
import { StorageError } from '../../storage-error.ts';
import type { Row, Write } from './sql-database.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import type { SqliteRequest, Synchronous } from './sqlite-thread.ts';

const LOCK_WAIT_MS = 5000;
/** 16 MB of log: fewer syncs of the main file under load. */
const PAGES_BETWEEN_CHECKPOINTS = 4000;

/** The connection that reads, on the event loop. It cannot write: it would wait there for a lock that only the event loop can release. */
export function openReading(path: string): Database {
  const database = openConnection(path);
  database.run('pragma query_only = ON');
  return database;
}

function openConnection(path: string): Database {
  const database = new Database(path, { create: true, strict: true });
  database.run(`pragma busy_timeout = ${LOCK_WAIT_MS}`);
  database.run('pragma journal_mode = WAL');
  return database;
}

/** The connection that writes: executes one packet of a transaction after another. */
export class WritingConnection {
  readonly #statements: StatementCache;

  constructor(path: string, synchronous: Synchronous) {
    const database = openConnection(path);
    database.run(`pragma synchronous = ${synchronous}`);
    database.run('pragma foreign_keys = ON');
    checkpointEvery(database, PAGES_BETWEEN_CHECKPOINTS);
    this.#statements = new StatementCache(database);
  }

  carryOut(request: Exclude<SqliteRequest, { kind: 'open' }>): readonly (readonly Row[])[] {
    if (request.kind === 'close') return this.#close();
    if (request.kind === 'step') return [this.#all(request.statement.sql, request.statement.parameters)];
    try {
      return this.#step(request);
    } catch (error) {
      // A failed commit can have ended the transaction already.
      this.#rollback();
      throw error;
    }
  }

  #step(request: Exclude<SqliteRequest, { kind: 'open' | 'close' | 'step' }>): readonly (readonly Row[])[] {
    switch (request.kind) {
      case 'begin':
        // Not deferred: a later write could then fail at once with SQLITE_BUSY_SNAPSHOT, whatever busy_timeout says.
        this.#run('begin immediate');
        return request.reads.map(({ sql, parameters }) => this.#all(sql, parameters));
      case 'begin-if-free':
        this.#beginIfFree();
        return [];
      case 'read':
        return request.reads.map(({ sql, parameters }) => this.#all(sql, parameters));
      case 'commit':
        if (!this.#statements.database.inTransaction) this.#run('begin immediate');
        for (const write of request.writes) this.#write(write);
        this.#run('commit');
        return [];
      case 'rollback':
        this.#rollback();
        return [];
      case 'pause-checkpoints':
        pauseCheckpoints(this.#statements.database);
        return [];
      case 'resume-checkpoints':
        checkpointEvery(this.#statements.database, PAGES_BETWEEN_CHECKPOINTS);
        return [];
      default:
        return request satisfies never;
    }
  }

  #beginIfFree(): void {
    const { database } = this.#statements;
    database.run('pragma busy_timeout = 0');
    try {
      this.#run('begin immediate');
    } finally {
      database.run(`pragma busy_timeout = ${LOCK_WAIT_MS}`);
    }
  }

  #all(text: string, parameters: readonly unknown[]): Row[] {
    return this.#statements.get(text).prepared.all(...bindings(parameters));
  }

  #write(write: Write): void {
    const { prepared, returnsRows } = this.#statements.get(write.sql);
    const { matches } = write;
    let found = 0;
    for (const row of 'parameters' in write ? [write.parameters] : write.rows) {
      found += returnsRows ? prepared.all(...bindings(row)).length : prepared.run(...bindings(row)).changes;
    }
    if (matches !== undefined && found !== matches) throw new StorageError('stale', new Error(`${found} of ${matches} rows were as remembered`));
  }

  #run(text: string): void {
    this.#statements.get(text).prepared.run();
  }

  #rollback(): void {
    if (this.#statements.database.inTransaction) this.#run('rollback');
  }

  #close(): readonly [] {
    this.#rollback();
    const { database } = this.#statements;
    checkpoint(database, 'truncate');
    this.#statements.close();
    database.close();
    return [];
  }
}

interface CachedStatement {
  readonly prepared: Prepared<Record<string, unknown>, SQLQueryBindings[]>;
  /** true when the statement returns rows: SELECT, PRAGMA, RETURNING */
  readonly returnsRows: boolean;
}

/** Prepared statements by text; the least recently used one is finalized when there are more than `limit`. */
export class StatementCache {
  readonly #statements = new Map<string, CachedStatement>();

  constructor(
    readonly database: Database,
    readonly limit = 256,
  ) {}

  get(text: string): CachedStatement {
    const found = this.#statements.get(text);
    if (found !== undefined) {
      this.#statements.delete(text);
      this.#statements.set(text, found);
      return found;
    }
    const prepared = this.database.prepare<Record<string, unknown>, SQLQueryBindings[]>(text);
    const statement = { prepared, returnsRows: prepared.columnNames.length > 0 };
    this.#statements.set(text, statement);
    if (this.#statements.size > this.limit) this.#dropOldest();
    return statement;
  }

  close(): void {
    for (const { prepared } of this.#statements.values()) prepared.finalize();
    this.#statements.clear();
  }

  #dropOldest(): void {
    for (const [text, { prepared }] of this.#statements) {
      prepared.finalize();
      this.#statements.delete(text);
      return;
    }
  }
}

/** Lets Kysely's own SqliteDialect drive `bun:sqlite`; its errors become `StorageError`s. */
export function kyselySqlite(cache: StatementCache): KyselySqlite {
  return {
    prepare(text) {
      const { prepared, returnsRows } = translated(() => cache.get(text));
      return {
        reader: returnsRows,
        all: (parameters) => translated(() => prepared.all(...bindings(parameters))),
        run: (parameters) => translated(() => prepared.run(...bindings(parameters))),
        iterate() {
          throw new Error('results are not streamed');
        },
      };
    },
    close() {
      cache.close();
      cache.database.close();
    },
  };
}

function translated<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new StorageError(sqliteDialect.errorCode(error), error);
  }
}

function bindings(parameters: readonly unknown[]): SQLQueryBindings[] {
  return parameters as SQLQueryBindings[];
}
