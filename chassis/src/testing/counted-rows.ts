import type { Row, SqlDatabase, TransactionScript, Write } from '../stores/sql/sql-database.ts';

/** Counts of what transactions have asked of a database. An update reads its row as well; that is not counted again. */
export interface RowCounts {
  transactions: number;
  /** Steps of the transactions; MySQL is sent each in one packet. */
  packets: number;
  statements: number;
  /** Rows returned, from tables or as a result. */
  read: number;
  inserted: number;
  updated: number;
  removed: number;
}

type Changed = 'inserted' | 'updated' | 'removed';

const VERBS: Readonly<Record<string, Changed>> = { insert: 'inserted', update: 'updated', delete: 'removed' };

const none = (): RowCounts => ({ transactions: 0, packets: 0, statements: 0, read: 0, inserted: 0, updated: 0, removed: 0 });

/** The same database, counting the rows of its transactions; for SQLite, whose writes carry all their rows. */
export function countedRows<Schema>(database: SqlDatabase<Schema>): { readonly database: SqlDatabase<Schema>; take(): Readonly<RowCounts> } {
  let counts = none();

  function count(write: Write): void {
    const rows = 'parameters' in write ? 1 : write.rows.length;
    if (rows === 0) return;
    counts.statements += 1;
    counts[VERBS[write.sql.split(' ', 1)[0] ?? ''] ?? 'read'] += rows;
  }

  function* counted<R>(script: TransactionScript<R>): TransactionScript<R> {
    counts.transactions += 1;
    let step = script.next();
    while (!step.done) {
      const rows: readonly (readonly Row[])[] = yield step.value;
      counts.packets += 1;
      counts.statements += step.value.length;
      counts.read += rows.reduce((sum, some) => sum + some.length, 0);
      step = script.next(rows);
    }
    counts.packets += 1;
    step.value.writes.forEach(count);
    return step.value;
  }

  return {
    database: { ...database, transact: (script) => database.transact(() => counted(script())) },
    take() {
      const taken = counts;
      counts = none();
      return taken;
    },
  };
}
