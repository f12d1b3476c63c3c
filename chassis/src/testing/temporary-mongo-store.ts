import { type MongoOptions, openMongo } from '../stores/mongodb/mongo-database.ts';
import { type Migratable, type MigratedStore, migratedStore } from './migrated-store.ts';
import { addressOf } from './real-servers.ts';

export interface TemporaryMongoStore<S extends Migratable> extends MigratedStore<S> {
  /** URL of its database, for another connection to it. */
  readonly url: string;
}

/** URL of an unused database on the server for tests. */
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

/** An empty MongoDB store on the server for tests. */
export async function temporaryMongoStore<S extends Migratable>(open: (options: MongoOptions) => S): Promise<TemporaryMongoStore<S>> {
  const url = temporaryMongoUrl();
  return { ...(await migratedStore(open({ url }), () => dropMongoDatabase(url))), url };
}
