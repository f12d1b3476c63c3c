import type { Database, SQLQueryBindings, Statement as Prepared } from 'bun:sqlite';
import type { SqliteDatabase as KyselySqlite } from 'kysely';
import { StorageError } from '../../storage-error.ts';
import { sqliteDialect } from './sqlite-dialect.ts';

export interface CachedStatement {
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

export function bindings(parameters: readonly unknown[]): SQLQueryBindings[] {
  return parameters as SQLQueryBindings[];
}
