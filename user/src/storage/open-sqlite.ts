import type { Dialect, SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { forgetRows } from '@souk/chassis/stores/sql/forget-rows';
import { sqlServiceStore } from '@souk/chassis/stores/sql/sql-service-store';
import { openSqlite, type SqliteOptions } from '@souk/chassis/stores/sql/sqlite-database';
import type { IdSlice } from '@souk/chassis/web/paging';
import type { Role } from '@souk/contracts/access-token';
import { type Kysely, sql } from 'kysely';
import { KEY_RING, SEALING_KEY } from '../domain/stored-keys.ts';
import { ADMINS, completeRoles } from '../domain/user.ts';
import { userMigrations, type UserSchema } from './user-schema.ts';
import type { UserCollections, UserFilter, UserReads, UserStore } from './user-store.ts';
import {
  accountLinksOf,
  addressBookOf,
  adminListOf,
  credentialOf,
  keyRingOf,
  mailOf,
  sealingKeyOf,
  sessionOf,
  userOf,
  userTables,
} from './user-tables.ts';

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

function sqlUserReads(reader: Kysely<UserSchema>, dialect: Dialect): UserReads {
  return {
    async user(id) {
      const row = await reader.selectFrom('users').select('document').where('id', '=', id).executeTakeFirst();
      return row && userOf(row);
    },
    async users(slice, { email, role = 'customer' } = {}) {
      if (role === 'customer') return (await userListQuery(reader, slice, { email }).execute()).map(userOf);
      // Each set of roles is read in order, up to a page; in one query all matches would be sorted, however many there are.
      const lists = await Promise.all(rolesWith(role).map((roles) => userListQuery(reader, slice, { email, roles }).execute()));
      return lists.flat().map(userOf).toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, slice.limit);
    },
    async credentialOf(email) {
      const row = await reader
        .selectFrom('users')
        .innerJoin('credentials', 'credentials.user_id', 'users.id')
        .select('credentials.document')
        .where('users.email', '=', email)
        .executeTakeFirst();
      return row && credentialOf(row);
    },
    async credential(userId) {
      const row = await reader.selectFrom('credentials').select('document').where('user_id', '=', userId).executeTakeFirst();
      return row && credentialOf(row);
    },
    async addressBook(userId) {
      const row = await reader.selectFrom('address_books').select('document').where('id', '=', userId).executeTakeFirst();
      return row && addressBookOf(row);
    },
    async accountLinks(userId) {
      const row = await reader.selectFrom('account_links').select('document').where('user_id', '=', userId).executeTakeFirst();
      return row && accountLinksOf(row);
    },
    async dueMails(limit) {
      return (await dueMailsQuery(reader, dialect, limit).execute()).map(mailOf);
    },
    async waitingMails() {
      const row = await reader.selectFrom('mails').select(({ fn }) => fn.countAll<number>().as('waiting')).executeTakeFirst();
      return row?.waiting ?? 0;
    },
    async departed(limit) {
      const rows = await reader.selectFrom('departures').select('id').orderBy('id').limit(limit).execute();
      return rows.map(({ id }) => id);
    },
    async isSessionLive(id) {
      return (await liveSessionQuery(reader, dialect, id).executeTakeFirst()) !== undefined;
    },
    async liveSessions(userId, slice) {
      return (await sessionListQuery(reader, dialect, userId, slice).execute()).map(sessionOf);
    },
    async keyRing() {
      const row = await reader.selectFrom('key_rings').select('document').where('id', '=', KEY_RING).executeTakeFirst();
      return row && keyRingOf(row);
    },
    async sealingKey() {
      const row = await reader.selectFrom('sealing_keys').select('document').where('id', '=', SEALING_KEY).executeTakeFirst();
      return row && sealingKeyOf(row);
    },
    async hasAdmin() {
      const row = await reader.selectFrom('admin_lists').select('document').where('id', '=', ADMINS).executeTakeFirst();
      return row !== undefined && adminListOf(row).userIds.length > 0;
    },
  };
}

interface ListFilter extends Pick<UserFilter, 'email'> {
  /** The roles as stored; undefined: any. */
  readonly roles?: string;
}

export function userListQuery(reader: Kysely<UserSchema>, { before, limit }: IdSlice, { email, roles }: ListFilter = {}) {
  return reader
    .selectFrom('users')
    .select('document')
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? ''))
    .$if(email !== undefined, (query) => query.where('email', '=', email ?? ''))
    .$if(roles !== undefined, (query) => query.where(sql<string>`document ->> '$.roles'`, '=', roles ?? ''))
    .orderBy('id', 'desc')
    .limit(limit);
}

/** The sets with this role, as text. Roles are stored complete and in one order, so there are few sets, and an index has them as text. */
function rolesWith(role: Role): readonly string[] {
  const sets: readonly (readonly Role[])[] = [['staff'], ['admin'], ['staff', 'admin']];
  return sets.filter((set) => set.includes(role)).map((set) => JSON.stringify(completeRoles(set)));
}

export function dueMailsQuery(reader: Kysely<UserSchema>, dialect: Dialect, limit: number) {
  return reader.selectFrom('mails').select('document').where('due_at', '<=', sql<number>`${dialect.now}`).orderBy('due_at').limit(limit);
}

export function liveSessionQuery(reader: Kysely<UserSchema>, dialect: Dialect, id: string) {
  return liveSessions(reader, dialect).select('sessions.id').where('sessions.id', '=', id);
}

export function sessionListQuery(reader: Kysely<UserSchema>, dialect: Dialect, userId: string, slice: IdSlice) {
  const { before, limit } = slice;
  const query = liveSessions(reader, dialect)
    .select('sessions.document')
    .where('credentials.user_id', '=', userId)
    .orderBy('sessions.id', 'desc')
    .limit(limit);
  return before === undefined ? query : query.where('sessions.id', '<', before);
}

function liveSessions(reader: Kysely<UserSchema>, dialect: Dialect) {
  return reader
    .selectFrom('credentials')
    .innerJoin('sessions', (join) =>
      join
        .onRef('sessions.user_id', '=', 'credentials.user_id')
        .onRef('sessions.epoch', '=', 'credentials.session_epoch'),
    )
    .where('sessions.live_until', '>', sql<number>`${dialect.now}`);
}

/** Deletes without a decision: no decision needs a session that is over. */
export function forgetSqlSessions(database: SqlDatabase<UserSchema>): UserStore['forgetSessions'] {
  const { reader, dialect } = database;
  return (overForMs, limit) => {
    const over = reader
      .selectFrom('sessions')
      .select('id')
      .where('live_until', '<', sql<number>`${dialect.now} - ${overForMs}`)
      .orderBy('live_until')
      .limit(limit);
    return forgetRows(database, 'sessions', 'id', over.compile());
  };
}

/** Deletes without a decision, like sessions: a link that is over opens nothing. */
export function forgetSqlLinks(database: SqlDatabase<UserSchema>): UserStore['forgetLinks'] {
  const { reader, dialect } = database;
  return (limit) => {
    const over = reader
      .selectFrom('account_links')
      .select('user_id')
      .where('forgotten_at', '<', sql<number>`${dialect.now}`)
      .orderBy('forgotten_at')
      .limit(limit);
    return forgetRows(database, 'account_links', 'user_id', over.compile());
  };
}

/** Deletes without a decision, like sessions: attempts that are over count for nothing. */
export function forgetSqlAttempts(database: SqlDatabase<UserSchema>): UserStore['forgetAttempts'] {
  const { reader, dialect } = database;
  return (limit) => {
    const over = reader
      .selectFrom('sign_in_attempts')
      .select('id')
      .where('forgotten_at', '<', sql<number>`${dialect.now}`)
      .orderBy('forgotten_at')
      .limit(limit);
    return forgetRows(database, 'sign_in_attempts', 'id', over.compile());
  };
}
