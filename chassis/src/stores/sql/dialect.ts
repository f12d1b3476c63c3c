import type { CreateTableBuilder, Expression, RawBuilder, SqlBool } from 'kysely';
import type { StorageErrorCode } from '../../storage-error.ts';
import type { Statement, Write } from './statement.ts';

export interface Tally {
  readonly table: string;
  readonly index: string;
  readonly owner: string;
  readonly figures: readonly string[];
  /** Only rows whose time in this column is still to come. */
  readonly untilColumn?: string;
  /** Only rows of which this is true; SQL that needs no quoting. */
  readonly where?: string;
}

/** An index that comes while the table is written to. */
export interface AddedIndex {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** The column without which a row is not in it. On MySQL all rows are; begin with this column there, so that the others are appended to one end. */
  readonly unlessNull?: string;
}

/** Everything in which SQL databases differ for us. A second database is a second value of this type. */
export interface Dialect {
  readonly name: 'sqlite' | 'mysql';
  readonly column: {
    /** UUID text */
    readonly id: RawBuilder<unknown>;
    /** text of at most 255 characters, compared byte by byte: SKUs, topics, statuses, lane names */
    readonly key: RawBuilder<unknown>;
    /** text of others in an index, at most 700 characters, compared byte by byte: message keys */
    readonly foreignKey: RawBuilder<unknown>;
    /** text of any length */
    readonly text: RawBuilder<unknown>;
    /** a JSON document */
    readonly json: RawBuilder<unknown>;
    /** integers up to 2^53: minor units, versions, epoch milliseconds */
    readonly integer: RawBuilder<unknown>;
    /** integers up to 2^31 */
    readonly small: RawBuilder<unknown>;
    /** 16 bytes: half of a SHA-256, a UUID that is only carried */
    readonly bytes16: RawBuilder<unknown>;
  };
  /** A column of `text` in an index; a long text is found by its beginning. */
  indexed(column: string): RawBuilder<unknown>;
  /** Storage options of a clustered table: narrow rows (well below 200 bytes), kept in the tree of their primary key. */
  clusteredTable<T extends string, C extends string>(table: CreateTableBuilder<T, C>): CreateTableBuilder<T, C>;
  /** Storage options of any other table: on SQLite a heap by rowid. In a primary key's tree it would give a row of 1 kB a page of its own. */
  heapTable<T extends string, C extends string>(table: CreateTableBuilder<T, C>): CreateTableBuilder<T, C>;
  /** Adds an index while others write; MySQL refuses rather than keeping them waiting. */
  addIndex(index: AddedIndex): RawBuilder<unknown>;
  /** Takes an index away in a moment; one that is not there (any more) is none that is missed. */
  dropIndex(name: string, table: string): RawBuilder<unknown>;
  /** `column in (keys)` with a text that does not change with the number of keys, where the database can. */
  in(column: string, keys: readonly string[]): Expression<SqlBool>;
  /**
   * Loads and locks rows by the text in the first column of their primary key, in a fixed order: two transactions never
   * wait for each other crosswise.
   */
  load(table: string, columns: readonly string[], keyColumn: string, keys: readonly string[], order?: readonly string[]): Statement;
  /** The same rows as they are committed; locks nothing. */
  look(table: string, columns: readonly string[], keyColumn: string, keys: readonly string[]): Statement;
  /**
   * Finds rows by a primary key of a number and bytes: each of `numbers` (SQL that needs no quoting) with each of `keys`. It sees what
   * is committed, and locks nothing.
   */
  find(table: string, columns: readonly string[], key: readonly [number: string, bytes: string], numbers: readonly string[], keys: readonly Uint8Array[]): Statement;
  /**
   * Adds up the rows of each owner (`figures`: SQL that needs no quoting), by an index that begins with the owner's column. It sees
   * what is committed, and locks nothing.
   */
  tally(rows: Tally, owners: readonly string[]): Statement;
  /** Ends a query whose rows stay locked until commit; rows that are not there lock nothing. */
  readonly rowLock: string;
  /** The database's clock in epoch milliseconds, to compare columns with. */
  readonly now: RawBuilder<number>;
  /** The same as text, read after any wait for a lock; `now` of every decision. */
  readonly nowText: string;
  /** The number of the period of so many milliseconds in which the database's clock is, as text. */
  period(ms: number): string;
  /** New rows in one write; an existing key fails with `unique`. */
  insert(table: string, columns: readonly string[], rows: readonly (readonly unknown[])[]): Write;
  /**
   * Sets `columns` of existing rows, by primary key; each row is the column values followed by the key values, and by those the
   * `guard` columns must have: else the transaction ends as `stale`.
   */
  update(table: string, columns: readonly string[], key: readonly string[], rows: readonly (readonly unknown[])[], guard?: readonly string[]): Write;
  /** Locks rows, each its key values followed by those the `guard` columns must have: else the transaction ends as `stale`. */
  hold(table: string, key: readonly string[], guard: readonly string[], rows: readonly (readonly unknown[])[]): Write;
  /** Removes rows by primary key. */
  remove(table: string, key: readonly string[], rows: readonly (readonly unknown[])[]): Write;
  errorCode(error: unknown): StorageErrorCode;
}
