import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteInventoryStore } from '../src/storage/open-sqlite.ts';
import type { InventoryStore } from '../src/storage/inventory-store.ts';

export interface OpenedStore {
  readonly store: InventoryStore;
  /** Where the store's files are, for another process on the same data. */
  readonly path: string;
  close(): Promise<void>;
}

/** A migrated store in a folder of its own, which goes with it. */
export async function temporarySqliteStore(): Promise<OpenedStore> {
  const folder = await mkdtemp(join(tmpdir(), 'souk-inventory-'));
  const path = join(folder, 'inventory.db');
  const store = openSqliteInventoryStore({ path, synchronous: 'NORMAL' });
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
