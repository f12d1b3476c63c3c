import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SqliteOptions } from '../stores/sql/sqlite-database.ts';

export interface TemporaryFolder extends Disposable {
  readonly path: string;
  /** For callers that cannot leave it to the end of a scope. */
  remove(): void;
}

/** A new, empty folder. With `using` it is removed at the end of the scope. */
export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'souk-test-'));
  const remove = () => rmSync(path, { recursive: true });
  return { path, remove, [Symbol.dispose]: remove };
}

export interface Migratable {
  migrate(): Promise<unknown>;
  close(): Promise<void>;
}

/** A store with an up-to-date schema, in a database of its own that is dropped with it. */
export interface MigratedStore<S extends Migratable> {
  readonly store: S;
  /** Closes the store and drops its database. */
  close(): Promise<void>;
}

export async function migratedStore<S extends Migratable>(store: S, drop: () => void | Promise<void>): Promise<MigratedStore<S>> {
  await store.migrate();
  return {
    store,
    async close() {
      await store.close();
      await drop();
    },
  };
}

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
