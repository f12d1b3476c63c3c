export type Batches<T> = AsyncIterable<readonly T[]> | Iterable<readonly T[]>;

/** Converts each row of each batch. */
export async function* each<R, F>(batches: Batches<R>, as: (row: R) => F): AsyncIterable<readonly F[]> {
  for await (const batch of batches) yield batch.map(as);
}

/** Groups single items into batches; the last one may be smaller. */
export function* inBatches<T>(items: Iterable<T>, size: number): Iterable<readonly T[]> {
  let batch: T[] = [];
  for (const item of items) {
    if (batch.push(item) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Collects all rows in memory; for few rows only. */
export async function allOf<R>(batches: Batches<R>): Promise<R[]> {
  return (await Array.fromAsync(batches)).flat();
}
