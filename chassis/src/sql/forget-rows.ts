import { inTurn } from '../forget-in-rounds.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { Row, Statement, TransactionScript } from './statement.ts';

/**
 * Removes the rows whose keys `found` selects, by their primary key: a range of another index would hold back whoever adds
 * one to it. In one short transaction, on SQLite in the thread that writes. `found` needs a limit, and an index. Answers how
 * many are gone. Throws `StorageError`.
 */
export function forgetRows(
  { flavour, transact }: Pick<SqlDatabase<never>, 'flavour' | 'transact'>,
  table: string,
  key: string,
  found: Statement,
): Promise<number> {
  function* round(): TransactionScript<number> {
    const [rows = []]: readonly (readonly Row[])[] = yield [found];
    const writes = rows.length === 0 ? [] : [flavour.remove(table, [key], rows.map((row) => [row[key]]))];
    return { writes, result: rows.length };
  }
  return inTurn(transact, () => transact(round));
}
