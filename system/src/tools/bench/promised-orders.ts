import { createReadStream } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Stores the ids of all orders that were answered 202 in a file, because there may be millions. */
export interface PromisedOrders extends AsyncDisposable {
  add(ids: readonly string[]): Promise<void>;
  batches(): AsyncIterable<readonly string[]>;
}

const PER_BATCH = 1000;

export async function promisedOrders(): Promise<PromisedOrders> {
  const folder = await mkdtemp(join(tmpdir(), 'souk-promised-'));
  const file = join(folder, 'orders');
  await appendFile(file, '');
  return {
    add: (ids) => appendFile(file, ids.map((id) => `${id}\n`).join('')),
    async *batches() {
      let batch: string[] = [];
      for await (const id of createInterface({ input: createReadStream(file) })) {
        if (batch.push(id) < PER_BATCH) continue;
        yield batch;
        batch = [];
      }
      yield batch;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
