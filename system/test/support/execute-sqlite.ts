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
