import { Database } from 'bun:sqlite';
import { inBatches } from './batches.ts';
import type { Rows } from './shop-records.ts';

const ROWS_PER_BATCH = 1000;

/** Reads a file in one transaction: all tables as of one moment. */
export async function readingSqlite<T>(path: string, read: (rows: Rows) => Promise<T>): Promise<T> {
  const database = new Database(path, { readonly: true, strict: true });
  try {
    database.run('begin');
    return await read((sql) => batches(database, sql));
  } finally {
    database.close();
  }
}

async function* batches<R>(database: Database, sql: string): AsyncIterable<readonly R[]> {
  yield* inBatches(database.query<R, []>(sql).iterate(), ROWS_PER_BATCH);
}
