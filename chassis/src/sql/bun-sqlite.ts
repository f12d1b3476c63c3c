import type { Database, SQLQueryBindings, Statement as Prepared } from 'bun:sqlite';
import type { SqliteDatabase as KyselySqlite } from 'kysely';

export interface CachedStatement {
  readonly prepared: Prepared<Record<string, unknown>, SQLQueryBindings[]>;
  /** true when the statement returns rows: SELECT, PRAGMA, RETURNING */
  readonly returnsRows: boolean;
}

/** Prepared statements by text, the least recently used one is finalized when there are more than `limit`. */
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

/** Lets Kysely's own SqliteDialect drive `bun:sqlite`. */
export function kyselySqlite(cache: StatementCache): KyselySqlite {
  return {
    prepare(text) {
      // Kysely begins deferred: a later write could then fail at once with SQLITE_BUSY_SNAPSHOT, whatever busy_timeout says.
      const { prepared, returnsRows } = cache.get(text === 'begin' ? 'begin immediate' : text);
      return {
        reader: returnsRows,
        all: (parameters) => prepared.all(...bindings(parameters)),
        run: (parameters) => prepared.run(...bindings(parameters)),
        // A statement of its own: a stream may outlive the next use of the cached one.
        iterate: (parameters) => cache.database.prepare<unknown, SQLQueryBindings[]>(text).iterate(...bindings(parameters)),
      };
    },
    close() {
      cache.close();
      cache.database.close();
    },
  };
}

export function bindings(parameters: readonly unknown[]): SQLQueryBindings[] {
  return parameters as SQLQueryBindings[];
}
