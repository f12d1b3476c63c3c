import type { ServiceStore } from '../../engine/service-store.ts';
import type { Collections } from '../../engine/writer/use-case.ts';
import type { DocumentCollection } from './document-collection.ts';
import type { MongoDatabase } from './mongo-database.ts';
import { mongoEndedAccess } from './mongo-ended-access.ts';
import { mongoMessageReads } from './mongo-message-reads.ts';
import type { MongoMigrations } from './collection-step.ts';
import { migrate, pendingMigrations } from './migrations.ts';
import { mongoWriterStore } from './mongo-writer-store.ts';

/** Transactions lock entities in the order in which `collections` names them. */
export function mongoServiceStore<C extends Collections>(
  database: MongoDatabase,
  collections: { readonly [N in keyof C]: DocumentCollection<C[N]> },
  migrations: MongoMigrations,
): ServiceStore<C> {
  return {
    writing: mongoWriterStore<C>(database, collections),
    messages: mongoMessageReads(database),
    endedAccess: mongoEndedAccess(database),
    migrate: () => migrate(database, migrations),
    pendingMigrations: () => pendingMigrations(database, migrations),
    check: () => database.check(),
    close: () => database.close(),
  };
}
