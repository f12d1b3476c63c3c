import { Database } from 'bun:sqlite';

/** Items of which there may be more than fit in memory, a batch at a time. */
export type Batches<T> = AsyncIterable<readonly T[]> | Iterable<readonly T[]>;

/** Runs a query that every SQL database understands and yields its rows a batch at a time, so that no table has to fit in memory. */
export type Rows = <R>(sql: string) => AsyncIterable<readonly R[]>;

/** Rows, messages or documents in one batch. */
export const PER_BATCH = 1000;

/** Reads an SQLite file in one transaction: all tables as of one moment. */
export async function readingSqlite<T>(path: string, read: (rows: Rows) => Promise<T>): Promise<T> {
  const database = new Database(path, { readonly: true, strict: true });
  try {
    database.run('begin');
    return await read((sql) => rowsOf(database, sql));
  } finally {
    database.close();
  }
}

async function* rowsOf<R>(database: Database, sql: string): AsyncIterable<readonly R[]> {
  yield* inBatches(database.query<R, []>(sql).iterate());
}

/** Groups single items into batches; the last one may be smaller. */
export function* inBatches<T>(items: Iterable<T>): Iterable<readonly T[]> {
  let batch: T[] = [];
  for (const item of items) {
    if (batch.push(item) < PER_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Converts each row of each batch. */
export async function* each<R, F>(batches: Batches<R>, as: (row: R) => F): AsyncIterable<readonly F[]> {
  for await (const batch of batches) yield batch.map(as);
}

/** Collects all rows in memory; for few rows only. */
export async function allOf<R>(batches: Batches<R>): Promise<R[]> {
  return (await Array.fromAsync(batches)).flat();
}
