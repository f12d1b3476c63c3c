import type { CreateTableBuilder, Expression, Kysely, RawBuilder, SqlBool } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { StorageErrorCode } from '../../storage-error.ts';

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

/**
 * A write transaction as a script: every `yield` sends reads and receives their rows (one packet);
 * the returned writes go out together with the commit (the last packet). It must not wait for anything else,
 * so that no lock is ever held during other work.
 */
export type TransactionScript<Result> = Generator<
  readonly Statement[],
  { readonly writes: readonly Write[]; readonly result: Result },
  readonly (readonly Row[])[]
>;

/** A statement that is described but not yet sent. A store describes statements; the database sends them in few packets. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** A statement that runs once for each row; without rows, not at all. For many rows MySQL's dialect builds a single `Statement` instead. */
interface BulkStatement {
  readonly sql: string;
  readonly rows: readonly (readonly unknown[])[];
}

/** A write that fails the whole transaction as `stale` unless it finds this number of rows. */
interface Guarded {
  readonly matches?: number;
}

export type Write = (Statement | BulkStatement) & Guarded;

export type Row = Readonly<Record<string, unknown>>;

/** A lock that one process at a time can hold. */
export interface AdvisoryLock {
  /**
   * Swaps the names of the tables of each pair, all at once: no transaction sees only some of them swapped. Throws
   * `StorageError`: `retry` when others use them (nothing has happened), anything else when another process may hold the lock by now.
   */
  exchange(pairs: readonly (readonly [string, string])[]): Promise<void>;
  /** The lock also ends with the process. */
  release(): Promise<void>;
}

/** The renames, in order, that make up an exchange. */
export function exchangeSteps(pairs: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return pairs.flatMap(([a, b]) => [
    [a, `${a}_exchanged`],
    [b, a],
    [`${a}_exchanged`, b],
  ] as const);
}

/** The differences between SQL databases that matter to us; one value of this type per database. */
export interface Dialect {
  readonly name: 'sqlite' | 'mysql';
  readonly column: {
    /** UUID text */
    readonly id: RawBuilder<unknown>;
    /** text of at most 255 characters, compared byte by byte: SKUs, topics, statuses, lane names */
    readonly key: RawBuilder<unknown>;
    /** text from other programs in an index, at most 700 characters, compared byte by byte: message keys */
    readonly foreignKey: RawBuilder<unknown>;
    /** text of any length */
    readonly text: RawBuilder<unknown>;
    /** a JSON document */
    readonly json: RawBuilder<unknown>;
    /** integers up to 2^53: minor units, versions, epoch milliseconds */
    readonly integer: RawBuilder<unknown>;
    /** integers up to 2^31 */
    readonly small: RawBuilder<unknown>;
    /** 16 bytes: half of a SHA-256, a UUID that is only stored */
    readonly bytes16: RawBuilder<unknown>;
  };
  /** A `text` column in an index; a long text is indexed by its beginning. */
  indexed(column: string): RawBuilder<unknown>;
  /** Storage options of a clustered table: narrow rows (well below 200 bytes), kept in the tree of their primary key. */
  clusteredTable<T extends string, C extends string>(table: CreateTableBuilder<T, C>): CreateTableBuilder<T, C>;
  /** Storage options of any other table: on SQLite a heap by rowid. In a primary key's tree a row of 1 kB would take a page of its own. */
  heapTable<T extends string, C extends string>(table: CreateTableBuilder<T, C>): CreateTableBuilder<T, C>;
  /** Adds an index while others write; MySQL refuses rather than block them. */
  addIndex(index: AddedIndex): RawBuilder<unknown>;
  /** Drops an index quickly; in a migration an index that does not exist (any more) is no error. */
  dropIndex(name: string, table: string): RawBuilder<unknown>;
  /** `column in (keys)`, with an SQL text that does not depend on the number of keys where the database allows it. */
  in(column: string, keys: readonly string[]): Expression<SqlBool>;
  /**
   * Loads and locks rows by the text in the first column of their primary key, in a fixed order, so that two transactions
   * never deadlock.
   */
  load(table: string, columns: readonly string[], keyColumn: string, keys: readonly string[], order?: readonly string[]): Statement;
  /** Reads the same rows as committed, and locks nothing. */
  look(table: string, columns: readonly string[], keyColumn: string, keys: readonly string[]): Statement;
  /**
   * Finds rows by a primary key of a number and bytes: each of `numbers` (SQL that needs no quoting) with each of `keys`. It reads
   * committed data, and locks nothing.
   */
  find(table: string, columns: readonly string[], key: readonly [number: string, bytes: string], numbers: readonly string[], keys: readonly Uint8Array[]): Statement;
  /**
   * Adds up the rows of each owner (`figures`: SQL that needs no quoting), by an index that begins with the owner's column. It reads
   * committed data, and locks nothing.
   */
  tally(rows: Tally, owners: readonly string[]): Statement;
  /** The end of a query that locks its rows until commit; missing rows lock nothing. */
  readonly rowLock: string;
  /** The database's clock in epoch milliseconds, to compare columns with. */
  readonly now: RawBuilder<number>;
  /** The same clock as SQL text, read after any wait for a lock; the `now` of every decision. */
  readonly nowText: string;
  /** SQL text for the number of the current period of `ms` milliseconds, by the database's clock. */
  period(ms: number): string;
  /** Inserts rows in one write; an existing key fails with `unique`. */
  insert(table: string, columns: readonly string[], rows: readonly (readonly unknown[])[]): Write;
  /**
   * Sets `columns` of existing rows, by primary key. Each row has the column values, then the key values, then the values that the
   * `guard` columns must have; otherwise the transaction fails as `stale`.
   */
  update(table: string, columns: readonly string[], key: readonly string[], rows: readonly (readonly unknown[])[], guard?: readonly string[]): Write;
  /** Locks rows, each given by its key values and the values that the `guard` columns must have; otherwise the transaction fails as `stale`. */
  hold(table: string, key: readonly string[], guard: readonly string[], rows: readonly (readonly unknown[])[]): Write;
  /** Removes rows by primary key. */
  remove(table: string, key: readonly string[], rows: readonly (readonly unknown[])[]): Write;
  errorCode(error: unknown): StorageErrorCode;
}

export interface Tally {
  readonly table: string;
  readonly index: string;
  readonly owner: string;
  readonly figures: readonly string[];
  /** Only rows whose time in this column is in the future. */
  readonly untilColumn?: string;
  /** Only rows for which this is true; SQL that needs no quoting. */
  readonly where?: string;
}

/** An index that is added while the table is written to. */
interface AddedIndex {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** Rows with null in this column are not indexed. On MySQL they are; begin with this column, so that they are added at one end. */
  readonly unlessNull?: string;
}
