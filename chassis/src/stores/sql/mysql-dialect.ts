import { type CreateTableBuilder, sql, type SqlBool } from 'kysely';
import { format } from 'mysql2';
import { COLLATION } from './mysql-address.ts';
import { mysqlErrorCode } from './mysql-errors.ts';
import type { Dialect, Statement, Write } from './sql-database.ts';

const textual = (type: string) => sql.raw(`${type} character set utf8mb4 collate ${COLLATION}`);
const quoted = (name: string) => `\`${name}\``;
// now() is constant within a statement, so that an index can be searched for it; sysdate() goes on during a wait for a lock.
const STILL_NOW = milliseconds('now(3)');
/** A change that cannot be made like this fails, and locks nothing. */
const WHILE_OTHERS_WRITE = 'algorithm = inplace lock = none';
const list = (names: readonly string[]) => names.map(quoted).join(', ');

/**
 * mysql2's `format` writes a parameter that is a list as `a, b`, a list of lists as `(a, b), (c, d)`: so the text of a
 * statement does not change with the number of rows. All texts have one collation: a join across two would use no index.
 */
export const mysqlDialect: Dialect = {
  name: 'mysql',
  column: {
    id: textual('char(36)'),
    key: textual('varchar(255)'),
    foreignKey: textual('varchar(700)'),
    text: textual('mediumtext'),
    // Not MySQL's JSON type, which would parse it and return it in another order.
    json: textual('mediumtext'),
    integer: sql.raw('bigint'),
    small: sql.raw('int'),
    bytes16: sql.raw('binary(16)'),
  },
  indexed: (column) => sql`${sql.ref(column)}(255)`,
  clusteredTable: innodb,
  heapTable: innodb,
  addIndex: ({ name, table, columns }) => sql.raw(`create index ${quoted(name)} on ${quoted(table)} (${list(columns)}) ${WHILE_OTHERS_WRITE}`),
  dropIndex: (name, table) => sql.raw(`drop index ${quoted(name)} on ${quoted(table)} ${WHILE_OTHERS_WRITE}`),
  in: (column, keys) => (keys.length === 0 ? sql<SqlBool>`false` : sql<SqlBool>`${sql.ref(column)} in (${sql.join(keys)})`),
  load: (table, columns, keyColumn, keys, order = [keyColumn]) => ({
    sql: `select ${byPrimaryKey(table)} ${list(columns)} from ${quoted(table)} where ${quoted(keyColumn)} in (?) order by ${list(order)} for update`,
    parameters: [keys.length === 0 ? [null] : keys],
  }),
  look: (table, columns, keyColumn, keys) => ({
    sql: `select ${byPrimaryKey(table)} ${list(columns)} from ${quoted(table)} where ${quoted(keyColumn)} in (?)`,
    parameters: [keys.length === 0 ? [null] : keys],
  }),
  find: (table, columns, [number, bytes], numbers, keys) => ({
    sql: `select ${byPrimaryKey(table)} ${list(columns)} from ${quoted(table)} where ${quoted(number)} in (${numbers.join(', ')}) and ${quoted(bytes)} in (?)`,
    parameters: [keys.length === 0 ? [null] : keys],
  }),
  tally: ({ table, index, owner, figures, untilColumn, where = 'true' }, owners) => ({
    sql: `select /*+ index(${quoted(table)} ${quoted(index)}) */ ${[quoted(owner), ...figures].join(', ')} from ${quoted(table)} where ${quoted(owner)} in (?) and ${untilColumn === undefined ? 'true' : `${quoted(untilColumn)} > ${STILL_NOW}`} and ${where} group by ${quoted(owner)}`,
    parameters: [owners.length === 0 ? [null] : owners],
  }),
  rowLock: ' for update',
  now: sql<number>`${sql.raw(STILL_NOW)}`,
  period: (ms) => `${STILL_NOW} div ${ms}`,
  nowText: milliseconds('sysdate(3)'),
  insert: (table, columns, rows) => bulk(`insert into ${quoted(table)} (${list(columns)}) values ?`, rows),
  update: (table, columns, key, rows, guard) =>
    rows.length === 1 ? updateOne(table, columns, key, rows, guard) : updateMany(table, columns, key, rows, guard),
  hold,
  remove: (table, key, rows) => bulk(`delete ${byPrimaryKey(table)} from ${quoted(table)} where (${list(key)}) in (?)`, rows),
  errorCode: mysqlErrorCode,
};

function innodb<T extends string, C extends string>(table: CreateTableBuilder<T, C>): CreateTableBuilder<T, C> {
  return table.modifyEnd(sql.raw(`engine = InnoDB default character set utf8mb4 collate ${COLLATION}`));
}

function milliseconds(clock: string): string {
  return `cast(unix_timestamp(${clock}) * 1000 as signed)`;
}

/** Without this hint the optimizer scans small tables from end to end, and waits for the lock of every row on the way. */
function byPrimaryKey(table: string): string {
  return `/*+ index(${quoted(table)} primary) */`;
}

/** No rows, no statement. */
function bulk(text: string, rows: readonly (readonly unknown[])[]): Write {
  return rows.length === 0 ? { sql: text, rows } : { sql: text, parameters: [rows] };
}

type Update = Parameters<Dialect['update']>;

function updateOne(...[table, columns, key, rows, guard = []]: Update): Write {
  const set = columns.map((name) => `${quoted(name)} = ?`).join(', ');
  const where = [...key.map((name) => `${quoted(name)} = ?`), ...guard.map((name) => `${quoted(name)} <=> ?`)].join(' and ');
  return { sql: `update ${quoted(table)} set ${set} where ${where}`, rows, ...(guard.length > 0 && { matches: 1 }) };
}

/** A join with the new values: unlike `insert … on duplicate key update` it never recreates a row that is gone. */
function updateMany(...[table, columns, key, rows, guard = []]: Update): Write {
  if (rows.length === 0) return { sql: '', rows };
  const set = columns.map((name) => `t.${quoted(name)} = v.${quoted(name)}`).join(', ');
  return {
    sql: `update /*+ join_order(v, t) index(t primary) */ ${found(table, key, guard, { rows, columns })} set ${set}`,
    parameters: rows,
    ...(guard.length > 0 && { matches: rows.length }),
  };
}

/** The statement checks the count itself, so that a wrong one ends the packet, which the rows of a SELECT cannot do. */
function hold(...[table, key, guard, rows]: Parameters<Dialect['hold']>): Write {
  if (rows.length === 0) return { sql: '', rows };
  const count = `select /*+ join_order(v, t) index(t primary) */ count(*) from ${found(table, key, guard, { rows })} for update`;
  return { sql: `do ${failUnless(`(${count}) = ${rows.length}`)}`, parameters: rows };
}

interface Sought {
  readonly rows: readonly (readonly unknown[])[];
  readonly columns?: readonly string[];
}

/** The given rows as `v`, joined by key with a table's rows as `t` whose `guard` columns still have the given values; null counts as a value. */
function found(table: string, key: readonly string[], guard: readonly string[], { rows, columns = [] }: Sought): string {
  const was = (name: string) => quoted(`was ${name}`);
  const values = [...[...columns, ...key].map(quoted), ...guard.map(was)].join(', ');
  const on = [
    ...key.map((name) => `t.${quoted(name)} = v.${quoted(name)}`),
    ...guard.map((name) => `t.${quoted(name)} <=> v.${was(name)}`),
  ].join(' and ');
  return `(values ${rows.map(() => 'row(?)').join(', ')}) as v (${values}) join ${quoted(table)} as t on ${on}`;
}

/** The whole text of a statement, its parameters escaped by mysql2. */
export function textOf({ sql: text, parameters }: Statement): string {
  return format(text, parameters as Parameters<typeof format>[1]);
}

/** One statement per row, or one for all rows; a guarded one is followed by one that fails unless it has found its rows. */
export function textsOf(write: Write): readonly string[] {
  const { matches } = write;
  if (!('parameters' in write)) return write.rows.flatMap((parameters) => textsOf({ ...write, parameters }));
  return matches === undefined ? [textOf(write)] : [textOf(write), `do ${failUnless(`row_count() = ${matches}`)}`];
}

/** SQL that fails unless the condition is true, with an error that nothing else of ours causes (`stale` in mysql-errors.ts). */
function failUnless(condition: string): string {
  return `json_extract('{}', if(${condition}, '$', 'stale'))`;
}
