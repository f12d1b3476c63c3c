import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { chassisMigrations } from './chassis-schema.ts';
import { pendingMigrations } from './migrations.ts';
import type { SqlDatabase } from './sql-database.ts';

/** Brings the tables of the chassis and of the service up to date. Forward-only; safe when two processes start at once. */
export async function migrate<Schema>(
  database: SqlDatabase<Schema>,
  own: Readonly<Record<string, Migration>>,
): Promise<readonly string[]> {
  // Almost every start finds nothing to do, with one query.
  if ((await stepsToMigrate(database, own)).length === 0) return [];
  return database.migrate({ ...chassisMigrations(database.dialect), ...own });
}

/** The names of the steps that `migrate` would run. */
export function stepsToMigrate<Schema>(
  { dialect, reader }: SqlDatabase<Schema>,
  own: Readonly<Record<string, Migration>>,
): Promise<readonly string[]> {
  return pendingMigrations(reader as Kysely<unknown>, { ...chassisMigrations(dialect), ...own });
}
