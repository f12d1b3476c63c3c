import { join } from 'node:path';
import type { SqliteOptions } from '../sql/sqlite-database.ts';
import { temporaryFolder } from './temporary-folder.ts';

interface Store {
  migrate(): Promise<unknown>;
  close(): Promise<void>;
}

export interface TemporaryStore<S extends Store> {
  readonly store: S;
  /** Where its database is, for another connection to it. */
  readonly path: string;
  close(): Promise<void>;
}

/** An empty SQLite store, its schema up to date, in a folder of its own that goes with it. */
export async function temporaryStore<S extends Store>(open: (options: SqliteOptions) => S): Promise<TemporaryStore<S>> {
  const folder = temporaryFolder();
  const path = join(folder.path, 'store.db');
  const store = open({ path, synchronous: 'NORMAL' });
  await store.migrate();
  return {
    store,
    path,
    async close() {
      await store.close();
      folder.remove();
    },
  };
}
