import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Dialect } from './dialect.ts';
import type { AdvisoryLock } from './advisory-lock.ts';
import type { TransactionScript } from './statement.ts';

/** A service's own relational database. Adapters: SQLite (embedded), MySQL. */
export interface SqlDatabase<Schema> {
  readonly dialect: Dialect;
  /**
   * Reads outside of write transactions; sees committed data only, throws `StorageError`. The database refuses any
   * write. Also compiles the statements that scripts send.
   */
  readonly reader: Kysely<Schema>;
  /** Runs one write transaction; all of it commits or nothing does. Throws `StorageError`, or what the script threw. */
  transact<Result>(script: () => TransactionScript<Result>): Promise<Result>;
  /** Runs the pending migrations and returns their names; two processes at once run them once. Throws `StorageError`. */
  migrate(migrations: Readonly<Record<string, Migration>>): Promise<readonly string[]>;
  /** Takes a name (at most 18 characters) that one process at a time can hold; undefined if another one holds it. Throws `StorageError`. */
  advisoryLock(name: string): Promise<AdvisoryLock | undefined>;
  /** Throws when the database cannot answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}
