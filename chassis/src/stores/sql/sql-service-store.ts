import type { Migration } from 'kysely/migration';
import type { ServiceStore } from '../../engine/service-store.ts';
import type { Collections } from '../../engine/writer/use-case.ts';
import { migrate, stepsToMigrate } from './migrate.ts';
import type { SqlCollection } from './sql-collection.ts';
import type { SqlDatabase } from './sql-database.ts';
import { sqlEndedAccess } from './sql-ended-access.ts';
import { sqlMessageReads } from './sql-message-reads.ts';
import { sqlWriterStore } from './sql-writer-store.ts';

export function sqlServiceStore<C extends Collections, Schema>(
  database: SqlDatabase<Schema>,
  collections: { readonly [N in keyof C]: SqlCollection<C[N]> },
  migrations: Readonly<Record<string, Migration>>,
): ServiceStore<C> {
  return {
    writing: sqlWriterStore<C>(database as SqlDatabase<unknown>, collections),
    messages: sqlMessageReads(database as SqlDatabase<unknown>),
    endedAccess: sqlEndedAccess(database as SqlDatabase<unknown>),
    migrate: () => migrate(database, migrations),
    pendingMigrations: () => stepsToMigrate(database, migrations),
    check: () => database.check(),
    close: () => database.close(),
  };
}
