import { type MongoOptions, openMongo } from '../mongodb/mongo-database.ts';
import { addressOf } from './real-servers.ts';

interface Store {
  migrate(): Promise<unknown>;
  close(): Promise<void>;
}

export interface TemporaryMongoStore<S extends Store> {
  readonly store: S;
  /** Where its database is, for another connection to it. */
  readonly url: string;
  /** Closes the store and drops its database. */
  close(): Promise<void>;
}

/** A database nobody uses yet, on the server that tests run against. */
export function temporaryMongoUrl(): string {
  const [, server, query = ''] = /^([^/]+\/\/[^/?]+)\/?(\?.*)?$/.exec(addressOf('MongoDB')) ?? [];
  if (server === undefined) throw new Error('the URL of the MongoDB to test against must be mongodb://host:port/?…');
  return `${server}/souk_test_${Bun.randomUUIDv7('hex').replaceAll('-', '').slice(-16)}${query}`;
}

export async function dropMongoDatabase(url: string): Promise<void> {
  const database = openMongo({ url });
  try {
    await database.db.dropDatabase();
  } finally {
    await database.close();
  }
}

/** An empty MongoDB store, its collections made, in a database of its own that goes with it. */
export async function temporaryMongoStore<S extends Store>(open: (options: MongoOptions) => S): Promise<TemporaryMongoStore<S>> {
  const url = temporaryMongoUrl();
  const store = open({ url });
  await store.migrate();
  return {
    store,
    url,
    async close() {
      await store.close();
      await dropMongoDatabase(url);
    },
  };
}
