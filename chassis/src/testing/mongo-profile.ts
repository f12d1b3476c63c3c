import { openMongo } from '../stores/mongodb/mongo-database.ts';

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
