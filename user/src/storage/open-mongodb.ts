import { type MongoOptions, openMongo } from '@souk/chassis/stores/mongodb/mongo-database';
import { mongoServiceStore } from '@souk/chassis/stores/mongodb/mongo-service-store';
import { forgetMongoAttempts, forgetMongoLinks, forgetMongoSessions } from './forget-mongo-over.ts';
import { mongoUserMigrations } from './mongo-user-migrations.ts';
import { mongoUserReads } from './mongo-user-reads.ts';
import { userDocumentCollections } from './user-document-collections.ts';
import type { UserCollections, UserStore } from './user-store.ts';

/** Users, credentials, sessions and keys in a database of a MongoDB replica set. Call `migrate()` before anything else. */
export function openMongoUserStore(options: MongoOptions): UserStore {
  const database = openMongo(options);
  const store = mongoServiceStore<UserCollections>(database, userDocumentCollections, mongoUserMigrations);
  return {
    ...store,
    reads: mongoUserReads(database),
    forgetSessions: forgetMongoSessions(database),
    forgetAttempts: forgetMongoAttempts(database),
    forgetLinks: forgetMongoLinks(database),
  };
}
