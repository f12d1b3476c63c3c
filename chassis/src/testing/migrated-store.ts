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
