import { sql, type SqlBool } from 'kysely';
import type { Dialect } from './sql-database.ts';

const quoted = (name: string) => `"${name}"`;

const NOW = "cast(unixepoch('subsec') * 1000 as integer)";

export const sqliteDialect: Dialect = {
  name: 'sqlite',
  column: { id: sql`text`, key: sql`text`, foreignKey: sql`text`, text: sql`text`, json: sql`text`, integer: sql`integer`, small: sql`integer`, bytes16: sql`blob` },
  indexed: (column) => sql.ref(column),
  clusteredTable: (table) => table.modifyEnd(sql`strict, without rowid`),
  heapTable: (table) => table.modifyEnd(sql`strict`),
  addIndex: ({ name, table, columns, unlessNull }) => {
    const only = unlessNull === undefined ? '' : ` where ${quoted(unlessNull)} is not null`;
    return sql.raw(`create index ${quoted(name)} on ${quoted(table)} (${columns.map(quoted).join(', ')})${only}`);
  },
  dropIndex: (name) => sql.raw(`drop index if exists ${quoted(name)}`),
  in: (column, keys) => sql<SqlBool>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(keys)}))`,
  // One text whatever the number of keys, so that it is prepared once.
  load: (table, columns, keyColumn, keys, order = [keyColumn]) => ({
    sql: `select ${columns.map(quoted).join(', ')} from ${quoted(table)} where ${quoted(keyColumn)} in (select value from json_each(?)) order by ${order.map(quoted).join(', ')}`,
    parameters: [JSON.stringify(keys)],
  }),
  look: (table, columns, keyColumn, keys) => ({
    sql: `select ${columns.map(quoted).join(', ')} from ${quoted(table)} where ${quoted(keyColumn)} in (select value from json_each(?))`,
    parameters: [JSON.stringify(keys)],
  }),
  find: (table, columns, [number, bytes], numbers, keys) => ({
    sql: `select ${columns.map(quoted).join(', ')} from ${quoted(table)} where ${quoted(number)} in (${numbers.join(', ')}) and ${quoted(bytes)} in (select unhex(value) from json_each(?))`,
    parameters: [JSON.stringify(keys.map((key) => key.toHex()))],
  }),
  tally: ({ table, index, owner, figures, untilColumn, where = 'true' }, owners) => ({
    sql: `select ${[quoted(owner), ...figures].join(', ')} from ${quoted(table)} indexed by ${quoted(index)} where ${quoted(owner)} in (select value from json_each(?)) and ${untilColumn === undefined ? 'true' : `${quoted(untilColumn)} > ${NOW}`} and ${where} group by ${quoted(owner)}`,
    parameters: [JSON.stringify(owners)],
  }),
  // SQLite has one write transaction at a time anyway.
  rowLock: '',
  period: (ms) => `${NOW} / ${ms}`,
  nowText: NOW,
  now: sql<number>`${sql.raw(NOW)}`,
  insert: (table, columns, rows) => ({
    sql: `insert into ${quoted(table)} (${columns.map(quoted).join(', ')}) values (${columns.map(() => '?').join(', ')})`,
    rows,
  }),
  update: (table, columns, key, rows, guard = []) => ({
    sql: `update ${quoted(table)} set ${assignments(columns, ', ')} where ${assignments(key, ' and ')}${guardedBy(guard)}`,
    rows,
    ...(guard.length > 0 && { matches: rows.length }),
  }),
  hold: (table, key, guard, rows) => ({
    sql: `select 1 from ${quoted(table)} where ${assignments(key, ' and ')}${guardedBy(guard)}`,
    rows,
    matches: rows.length,
  }),
  remove: (table, key, rows) => ({ sql: `delete from ${quoted(table)} where ${assignments(key, ' and ')}`, rows }),
  errorCode: (error) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY|ROWID)$/.test(code)) return 'unique';
    if (/^SQLITE_CONSTRAINT_(CHECK|NOTNULL|FOREIGNKEY|DATATYPE)$/.test(code)) return 'check';
    if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'retry';
    // A full, failing or forbidden disk, no memory, locks that do not work, a damaged file: no input is to blame, and it may be over soon.
    return /^SQLITE_(FULL|IOERR|CANTOPEN|READONLY|PERM|NOMEM|PROTOCOL|CORRUPT|NOTADB)/.test(code) ? 'connection' : 'other';
  },
};

function guardedBy(guard: readonly string[]): string {
  return guard.map((column) => ` and ${quoted(column)} is ?`).join('');
}

function assignments(columns: readonly string[], separator: string): string {
  return columns.map((column) => `${quoted(column)} = ?`).join(separator);
}
