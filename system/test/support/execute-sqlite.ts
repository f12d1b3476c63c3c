import { Database } from 'bun:sqlite';

/** Answers how many rows were changed. */
export function executeIn(path: string, sql: string): number {
  const database = new Database(path, { readwrite: true, strict: true });
  try {
    return database.run(sql).changes;
  } finally {
    database.close();
  }
}

/** Those that SQLite computes are not in this list. */
export function columnsIn(path: string, table: string): readonly string[] {
  const database = new Database(path, { readonly: true, strict: true });
  try {
    return database.query<{ name: string }, [string]>('select name from pragma_table_info(?)').all(table).map(({ name }) => name);
  } finally {
    database.close();
  }
}
