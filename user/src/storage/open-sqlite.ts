import { sqlServiceStore } from '@souk/chassis/stores/sql/sql-service-store';
import { openSqlite, type SqliteOptions } from '@souk/chassis/stores/sql/sqlite-database';
import { forgetSqlAttempts, forgetSqlLinks, forgetSqlSessions } from './forget-over.ts';
import { sqlUserReads } from './sql-user-reads.ts';
import { userMigrations, type UserSchema } from './user-schema.ts';
import type { UserCollections, UserStore } from './user-store.ts';
import { userTables } from './user-tables.ts';

/** Users, credentials, sessions and keys in one SQLite file. Call `migrate()` before anything else. */
export function openSqliteUserStore(options: SqliteOptions): UserStore {
  const database = openSqlite<UserSchema>(options);
  const { dialect, reader } = database;
  const tables = userTables(dialect);
  const store = sqlServiceStore<UserCollections, UserSchema>(database, tables, userMigrations(dialect));
  return {
    ...store,
    reads: sqlUserReads(reader, dialect),
    forgetSessions: forgetSqlSessions(database),
    forgetAttempts: forgetSqlAttempts(database),
    forgetLinks: forgetSqlLinks(database),
  };
}
