import type { Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { StorageError } from '../storage-error.ts';

/** Runs what has not run yet, in the order of the names; answers their names. Nobody else may migrate meanwhile. */
export async function runMigrations(
  db: Kysely<unknown>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<readonly string[]> {
  const { error, results = [] } = await migratorOf(db, migrations).migrateToLatest();
  if (error !== undefined) {
    const failed = results.find((result) => result.status === 'Error');
    const message = error instanceof Error ? error.message : JSON.stringify(error);
    const code = error instanceof StorageError ? error.code : 'other';
    throw new StorageError(code, new Error(`migration ${failed?.migrationName ?? ''} failed: ${message}`, { cause: error }));
  }
  return results.map((result) => result.migrationName);
}

/** The names of what has not run yet. */
export async function pendingMigrations(
  db: Kysely<unknown>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<readonly string[]> {
  const all = await migratorOf(db, migrations).getMigrations();
  return all.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name);
}

function migratorOf(db: Kysely<unknown>, migrations: Readonly<Record<string, Migration>>): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => migrations }, allowUnorderedMigrations: true });
}
