import type { Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { chassisMigrations } from './chassis-schema.ts';
import type { SqlDatabase } from './sql-database.ts';
import { StorageError } from '../storage-error.ts';

/** Brings the tables of the chassis and of the service up to date. Forward-only; safe when two start at once. */
export async function migrate<Schema>(
  database: SqlDatabase<Schema>,
  own: Readonly<Record<string, Migration>>,
): Promise<readonly string[]> {
  const migrations = { ...chassisMigrations(database.flavour), ...own };
  const migrator = new Migrator({
    db: database.reader as Kysely<unknown>,
    provider: { getMigrations: async () => migrations },
    allowUnorderedMigrations: true,
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results.find((result) => result.status === 'Error');
    throw new StorageError('other', new Error(`migration ${failed?.migrationName ?? ''} failed`, { cause: error }));
  }
  return results.map((result) => result.migrationName);
}
