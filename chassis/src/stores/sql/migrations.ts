import { type Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import { StorageError } from '../../storage-error.ts';
import { chassisMigrations } from './chassis-schema.ts';
import type { SqlDatabase } from './sql-database.ts';

/** Brings the tables of the chassis and of the service up to date. Forward-only; safe when two processes start at once. */
export async function migrate<Schema>(
  database: SqlDatabase<Schema>,
  own: Readonly<Record<string, Migration>>,
): Promise<readonly string[]> {
  // Almost every start finds nothing to do, with one query.
  if ((await pendingMigrations(database, own)).length === 0) return [];
  return database.migrate({ ...chassisMigrations(database.dialect), ...own });
}

/** The names of the steps that `migrate` would run. */
export async function pendingMigrations<Schema>(
  { dialect, reader }: SqlDatabase<Schema>,
  own: Readonly<Record<string, Migration>>,
): Promise<readonly string[]> {
  const done = new Set(await stepsDone(reader as Kysely<unknown>));
  return Object.keys({ ...chassisMigrations(dialect), ...own }).filter((name) => !done.has(name));
}

/** Runs the pending migrations in the order of their names, and returns these. No other process may migrate meanwhile. */
export async function runMigrations(
  db: Kysely<unknown>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<readonly string[]> {
  const known = { ...(await stepsOfLater(db, migrations)), ...migrations };
  const { error, results = [] } = await migratorOf(db, known).migrateToLatest();
  if (error !== undefined) {
    const failed = results.find((result) => result.status === 'Error');
    const message = error instanceof Error ? error.message : JSON.stringify(error);
    const code = error instanceof StorageError ? error.code : 'other';
    throw new StorageError(code, new Error(`migration ${failed?.migrationName ?? ''} failed: ${message}`, { cause: error }));
  }
  return results.map((result) => result.migrationName);
}

/** One small query, because every start of a process makes it: Kysely's own way looks through the server's catalogue first. */
async function stepsDone(db: Kysely<unknown>): Promise<readonly string[]> {
  try {
    return await namesDone(db);
  } catch (error) {
    if (error instanceof StorageError && error.isInfrastructure) throw error;
    // Another process may just have created the table: then it can be queried now.
    return (await hasMigrationTable(db)) ? namesDone(db) : [];
  }
}

async function namesDone(db: Kysely<unknown>): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db);
  return rows.map(({ name }) => name);
}

async function hasMigrationTable(db: Kysely<unknown>): Promise<boolean> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  return tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE);
}

/** Migrations that a later version of the program has run. Without them Kysely would call the schema corrupt; none of them runs again. */
async function stepsOfLater(
  db: Kysely<unknown>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<Readonly<Record<string, Migration>>> {
  const later = (await stepsDone(db)).filter((name) => !Object.hasOwn(migrations, name));
  return Object.fromEntries(later.map((name) => [name, { up: () => Promise.reject(new Error(`${name} is done`)) }]));
}

function migratorOf(db: Kysely<unknown>, migrations: Readonly<Record<string, Migration>>): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => migrations }, allowUnorderedMigrations: true });
}
