import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteOrderStore } from '../../src/storage/open-sqlite.ts';

/** An empty SQLite store in a folder of its own, its schema up to date. */
export async function openTemporaryStore() {
  const folder = await mkdtemp(join(tmpdir(), 'souk-order-'));
  const path = join(folder, 'order.db');
  const store = openSqliteOrderStore({ path, synchronous: 'NORMAL' });
  await store.migrate();
  return {
    store,
    path,
    async close() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}
