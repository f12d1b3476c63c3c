import { addressOf } from './real-servers.ts';
import { type MongoOptions, openMongo } from '../stores/mongodb/mongo-database.ts';
import { type Migratable, type MigratedStore, migratedStore } from './temporary-store.ts';

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

/** One operation that needed a plan, as the server carried it out. */
export interface ProfiledOperation {
  /** `database.collection` */
  readonly ns: string;
  /** `IXSCAN { email: 1 }`, `COLLSCAN`, … */
  readonly planSummary: string;
  readonly keysExamined?: number;
  readonly docsExamined?: number;
  readonly hasSortStage?: boolean;
}

/** The server's lookups in this database while `run` ran, with the plans it chose. Needs the right to profile. */
export async function profiled(url: string, run: () => Promise<unknown>): Promise<readonly ProfiledOperation[]> {
  const { db, close } = openMongo({ url });
  try {
    await db.dropCollection('system.profile');
    await db.command({ profile: 2 });
    try {
      await run();
    } finally {
      await db.command({ profile: 0 });
    }
    const planned = { planSummary: { $exists: true }, ns: { $ne: `${db.databaseName}.system.profile` } };
    const operations = db.collection('system.profile').find(planned, { sort: { ts: 1 } });
    return await operations.map((found) => found as unknown as ProfiledOperation).toArray();
  } finally {
    await close();
  }
}
