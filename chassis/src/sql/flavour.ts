import { sql, type CreateTableBuilder, type Expression, type RawBuilder, type SqlBool } from 'kysely';
import type { StorageErrorCode } from '../storage-error.ts';
import type { Statement, Write } from './statement.ts';

/** Everything in which SQL databases differ for us. A second database is a second value of this type. */
export interface Flavour {
  readonly name: 'sqlite' | 'mysql';
  readonly column: {
    /** UUID text */
    readonly id: RawBuilder<unknown>;
    /** short ASCII text, compared byte by byte: SKUs, topics, statuses, lane names */
    readonly key: RawBuilder<unknown>;
    /** text of any length */
    readonly text: RawBuilder<unknown>;
    /** a JSON document */
    readonly json: RawBuilder<unknown>;
    /** integers up to 2^53: minor units, versions, epoch milliseconds */
    readonly integer: RawBuilder<unknown>;
  };
  /** Storage options of a table with narrow rows (well below 200 bytes), kept in the tree of their primary key. */
  narrow<T extends string, C extends string>(table: CreateTableBuilder<T, C>): CreateTableBuilder<T, C>;
  /** Storage options of any other table. In a primary key's tree SQLite would give a row of 1 kB a page of its own. */
  wide<T extends string, C extends string>(table: CreateTableBuilder<T, C>): CreateTableBuilder<T, C>;
  /** `column in (keys)` with a text that does not change with the number of keys, where the database can. */
  in(column: string, keys: readonly string[]): Expression<SqlBool>;
  /** Loads and locks rows by the text in one column, in a fixed order: two transactions never wait for each other crosswise. */
  load(table: string, columns: readonly string[], keyColumn: string, keys: readonly string[], order?: readonly string[]): Statement;
  /** Ends a query whose rows stay locked until commit; rows that are not there lock nothing. */
  readonly rowLock: string;
  /** The database's clock in epoch milliseconds; `now` of every decision. */
  readonly now: RawBuilder<number>;
  /** The same as text. */
  readonly nowText: string;
  /** New rows in one write; an existing key fails with `unique`. */
  insert(table: string, columns: readonly string[], rows: readonly (readonly unknown[])[]): Write;
  /** Sets `columns` of existing rows; each row is the column values followed by the key values. */
  update(table: string, columns: readonly string[], key: readonly string[], rows: readonly (readonly unknown[])[]): Write;
  /** Removes rows by key. */
  remove(table: string, key: readonly string[], rows: readonly (readonly unknown[])[]): Write;
  errorCode(error: unknown): StorageErrorCode;
}

const quoted = (name: string) => `"${name}"`;

const NOW = "cast(unixepoch('subsec') * 1000 as integer)";

export const sqliteFlavour: Flavour = {
  name: 'sqlite',
  column: { id: sql`text`, key: sql`text`, text: sql`text`, json: sql`text`, integer: sql`integer` },
  narrow: (table) => table.modifyEnd(sql`strict, without rowid`),
  wide: (table) => table.modifyEnd(sql`strict`),
  in: (column, keys) => sql<SqlBool>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(keys)}))`,
  // One text whatever the number of keys, so that it is prepared once.
  load: (table, columns, keyColumn, keys, order = [keyColumn]) => ({
    sql: `select ${columns.map(quoted).join(', ')} from ${quoted(table)} where ${quoted(keyColumn)} in (select value from json_each(?)) order by ${order.map(quoted).join(', ')}`,
    parameters: [JSON.stringify(keys)],
  }),
  // A write transaction of SQLite is alone anyway.
  rowLock: '',
  nowText: NOW,
  now: sql<number>`${sql.raw(NOW)}`,
  insert: (table, columns, rows) => ({
    sql: `insert into ${quoted(table)} (${columns.map(quoted).join(', ')}) values (${columns.map(() => '?').join(', ')})`,
    rows,
  }),
  update: (table, columns, key, rows) => ({
    sql: `update ${quoted(table)} set ${assignments(columns, ', ')} where ${assignments(key, ' and ')}`,
    rows,
  }),
  remove: (table, key, rows) => ({ sql: `delete from ${quoted(table)} where ${assignments(key, ' and ')}`, rows }),
  errorCode: (error) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY|ROWID)$/.test(code)) return 'unique';
    if (/^SQLITE_CONSTRAINT_(CHECK|NOTNULL|FOREIGNKEY|DATATYPE)$/.test(code)) return 'check';
    if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'retry';
    // A full or failing disk: nobody's input is to blame, and it may be over soon.
    return /^SQLITE_(FULL|IOERR|CANTOPEN|READONLY)/.test(code) ? 'connection' : 'other';
  },
};

function assignments(columns: readonly string[], separator: string): string {
  return columns.map((column) => `${quoted(column)} = ?`).join(separator);
}
