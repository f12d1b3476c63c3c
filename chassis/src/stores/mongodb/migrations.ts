import type { Db } from 'mongodb';
import { StorageError } from '../../storage-error.ts';
import { chassisMigrations } from './chassis-migrations.ts';
import type { MongoMigrations } from './collection-step.ts';
import type { MongoDatabase } from './mongo-database.ts';
import { reading, storageError } from './mongo-errors.ts';
import { holdingMigrationLock } from './migration-lock.ts';

/** Brings the collections of the chassis and of the service up to date. Forward-only; safe when two processes start at once. */
export async function migrate({ forSchema }: MongoDatabase, own: MongoMigrations): Promise<readonly string[]> {
  const steps = Object.entries({ ...chassisMigrations, ...own });
  try {
    return await forSchema((db) => holdingMigrationLock(db, (stillHeld) => runSteps(db, steps, stillHeld)));
  } catch (error) {
    throw storageError(error);
  }
}

/** The names of the steps that have not run yet. */
export async function pendingMigrations({ db, connect }: MongoDatabase, own: MongoMigrations): Promise<readonly string[]> {
  await connect();
  return reading(async () => {
    const done = await stepsDone(db);
    return Object.keys({ ...chassisMigrations, ...own }).filter((name) => !done.has(name));
  });
}

async function stepsDone(db: Db): Promise<ReadonlySet<string>> {
  return new Set((await db.collection<Step>('migrations').find().toArray()).map(({ _id }) => _id));
}

interface Step {
  readonly _id: string;
  readonly at: Date;
}

async function runSteps(
  db: Db,
  steps: readonly (readonly [string, (db: Db) => Promise<void>])[],
  stillHeld: () => void,
): Promise<readonly string[]> {
  const done = await stepsDone(db);
  const fresh = steps.filter(([name]) => !done.has(name));
  for (const [name, step] of fresh) {
    stillHeld();
    try {
      await step(db);
    } catch (error) {
      const failure = storageError(error);
      const message = `migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`;
      throw new StorageError(failure instanceof StorageError ? failure.code : 'other', new Error(message, { cause: error }));
    }
    await db.collection<Step>('migrations').updateOne({ _id: name }, { $currentDate: { at: true } }, { upsert: true });
  }
  return fresh.map(([name]) => name);
}
