import type { Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { StorageError } from '../storage-error.ts';

/** Runs what has not run yet, in the order of the names; answers their names. Nobody else may migrate meanwhile. */
export async function runMigrations(
  db: Kysely<unknown>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<readonly string[]> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    allowUnorderedMigrations: true,
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results.find((result) => result.status === 'Error');
    const message = error instanceof Error ? error.message : JSON.stringify(error);
    const code = error instanceof StorageError ? error.code : 'other';
    throw new StorageError(code, new Error(`migration ${failed?.migrationName ?? ''} failed: ${message}`, { cause: error }));
  }
  return results.map((result) => result.migrationName);
}
