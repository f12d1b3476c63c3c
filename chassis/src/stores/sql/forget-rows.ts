import { inTurn } from '../../engine/jobs.ts';
import type { Row, SqlDatabase, Statement, TransactionScript } from './sql-database.ts';

/**
 * Removes the rows whose keys `found` selects, by their primary key: a range of another index would block inserts into it.
 * Runs in one short transaction, on SQLite in the thread that writes. `found` needs a limit, and an index. Returns the
 * number of removed rows. Throws `StorageError`.
 */
export function forgetRows(
  { dialect, transact }: Pick<SqlDatabase<never>, 'dialect' | 'transact'>,
  table: string,
  key: string,
  found: Statement,
): Promise<number> {
  function* round(): TransactionScript<number> {
    const [rows = []]: readonly (readonly Row[])[] = yield [found];
    const writes = rows.length === 0 ? [] : [dialect.remove(table, [key], rows.map((row) => [row[key]]))];
    return { writes, result: rows.length };
  }
  return inTurn(transact, () => transact(round));
}

/**
 * Removes rows from the beginning of a table: those that `found` selects in the order of the primary key (a number, then another
 * column), as ranges of that key. Otherwise as `forgetRows`.
 */
export function forgetRange(
  { transact }: Pick<SqlDatabase<never>, 'transact'>,
  table: string,
  [number, next]: readonly [number: string, next: string],
  found: Statement,
): Promise<number> {
  function* round(): TransactionScript<number> {
    const [rows = []]: readonly (readonly Row[])[] = yield [found];
    // One delete per number, so that each is a plain range.
    const ends = new Map(rows.map((row) => [row[number], row[next]]));
    const sql = `delete from ${table} where ${number} = ? and ${next} <= ?`;
    return { writes: [{ sql, rows: [...ends] }], result: rows.length };
  }
  return inTurn(transact, () => transact(round));
}
