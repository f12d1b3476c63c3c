import { join } from 'node:path';
import type { SqliteOptions } from '../stores/sql/sqlite-database.ts';
import { type Migratable, type MigratedStore, migratedStore } from './migrated-store.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface TemporaryStore<S extends Migratable> extends MigratedStore<S> {
  /** Path of its database, for another connection to it. */
  readonly path: string;
}

/** An empty SQLite store in a folder of its own. */
export async function temporaryStore<S extends Migratable>(open: (options: SqliteOptions) => S): Promise<TemporaryStore<S>> {
  const folder = temporaryFolder();
  const path = join(folder.path, 'store.db');
  const opened = await migratedStore(open({ path, synchronous: 'NORMAL' }), folder.remove);
  return { ...opened, path };
}
