import type { IdSlice } from '@souk/chassis/web/paging/id-slice';
import type { Dialect } from '@souk/chassis/stores/sql/dialect';
import type { Role } from '@souk/contracts/roles';
import { type Kysely, sql } from 'kysely';
import { KEY_RING, SEALING_KEY } from '../domain/stored-keys.ts';
import { ADMINS, completeRoles } from '../domain/roles.ts';
import { accountLinksOf, addressBookOf, adminListOf, credentialOf, keyRingOf, mailOf, sealingKeyOf, sessionOf, userOf } from './documents.ts';
import type { UserSchema } from './user-schema.ts';
import type { UserFilter, UserReads } from './user-store.ts';

export function sqlUserReads(reader: Kysely<UserSchema>, dialect: Dialect): UserReads {
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
