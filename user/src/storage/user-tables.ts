import type { Dialect, Row } from '@souk/chassis/stores/sql/sql-database';
import { rowCollection, type SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import { emptyBook } from '../domain/address-book.ts';
import type { AccountLinksTable, AttemptsTable, CredentialsTable, MailsTable, PlainDocumentTable, SessionsTable, UsersTable } from './user-schema.ts';
import type { UserCollections } from './user-store.ts';

/** Mapping of users, their credentials, their sessions and the rest to SQL tables. */
export function userTables(dialect: Dialect): { readonly [N in keyof UserCollections]: SqlCollection<UserCollections[N]> } {
  const plain = <Entity extends object>(
    table: string,
    keyOf: (entity: Entity) => string,
    fromRow: (row: PlainDocumentTable) => Entity,
    toDocument: (entity: Entity) => object = (entity) => entity,
  ) =>
    rowCollection<Entity, PlainDocumentTable>(dialect, {
      table,
      columns: ['id', 'document'],
      keyColumn: 'id',
      keyOf,
      toRow: (entity) => ({ id: keyOf(entity), document: JSON.stringify(toDocument(entity)) }),
      fromRow,
    });
  return {
    users: rowCollection<UserCollections['users'], UsersTable>(dialect, {
      table: 'users',
      columns: ['id', 'email', 'document'],
      keyColumn: 'id',
      keyOf: ({ id }) => id,
      toRow: (user) => ({ id: user.id, email: user.email, document: JSON.stringify(user) }),
      fromRow: userOf,
    }),
    emails: emailClaims(dialect),
    credentials: rowCollection<UserCollections['credentials'], CredentialsTable>(dialect, {
      table: 'credentials',
      columns: ['user_id', 'session_epoch', 'document'],
      keyColumn: 'user_id',
      keyOf: ({ userId }) => userId,
      toRow: (credential) => ({
        user_id: credential.userId,
        session_epoch: credential.sessionEpoch,
        document: JSON.stringify(credential),
      }),
      fromRow: credentialOf,
    }),
    sessions: rowCollection<UserCollections['sessions'], SessionsTable>(dialect, {
      table: 'sessions',
      columns: ['id', 'user_id', 'epoch', 'live_until', 'document'],
      keyColumn: 'id',
      keyOf: ({ id }) => id,
      toRow: sessionToRow,
      fromRow: sessionOf,
    }),
    addressBooks: plain('address_books', ({ userId }) => userId, addressBookOf, keptBook),
    departures: plain('departures', ({ userId }) => userId, departureOf),
    attempts: rowCollection<UserCollections['attempts'], AttemptsTable>(dialect, {
      table: 'sign_in_attempts',
      columns: ['id', 'forgotten_at', 'document'],
      keyColumn: 'id',
      keyOf: ({ key }) => key,
      toRow: (attempts) => ({ id: attempts.key, forgotten_at: attempts.forgottenAt, document: JSON.stringify(attempts) }),
      fromRow: attemptsOf,
    }),
    accountLinks: rowCollection<UserCollections['accountLinks'], AccountLinksTable>(dialect, {
      table: 'account_links',
      columns: ['user_id', 'forgotten_at', 'document'],
      keyColumn: 'user_id',
      keyOf: ({ userId }) => userId,
      toRow: (links) => ({ user_id: links.userId, forgotten_at: links.forgottenAt, document: JSON.stringify(links) }),
      fromRow: accountLinksOf,
    }),
    mails: rowCollection<UserCollections['mails'], MailsTable>(dialect, {
      table: 'mails',
      columns: ['id', 'due_at', 'document'],
      keyColumn: 'id',
      keyOf: ({ id }) => id,
      toRow: (mail) => ({ id: mail.id, due_at: mail.dueAt, document: JSON.stringify(mail) }),
      fromRow: mailOf,
    }),
    adminLists: plain('admin_lists', ({ id }) => id, adminListOf),
    keyRings: plain('key_rings', ({ id }) => id, keyRingOf),
    sealingKeys: plain('sealing_keys', ({ id }) => id, sealingKeyOf),
  };
}

function sessionToRow(session: UserCollections['sessions']): SessionsTable {
  const { id, userId, epoch, ended, expiresAt } = session;
  return { id, user_id: userId, epoch, live_until: ended?.at ?? expiresAt, document: JSON.stringify(session) };
}

/** Claims are read from the users' unique column and written with the users. */
function emailClaims(dialect: Dialect): SqlCollection<UserCollections['emails']> {
  const nothing = () => [];
  return {
    key: ({ email }) => email,
    load: (keys) => [dialect.load('users', ['email', 'id'], 'email', keys)],
    read: ([rows = []]) =>
      rows
        .map((row) => row as Row & Pick<UsersTable, 'email' | 'id'>)
        .map(({ email, id: userId }) => ({ email, userId })),
    insert: nothing,
    update: nothing,
    remove: nothing,
  };
}

/** A row's document, which only this service writes. */
interface WithDocument {
  readonly document: string;
}

/** Users stored before addresses were confirmed and accounts disabled lack these fields. */
export const userOf = ({ document }: WithDocument): UserCollections['users'] => ({ emailConfirmed: false, disabled: null, ...JSON.parse(document) });
/** Credentials stored before there were generations, devices or second factors lack these fields. */
export const credentialOf = ({ document }: WithDocument): UserCollections['credentials'] => ({
  mustChange: false,
  accessGeneration: 1,
  devices: [],
  secondFactor: null,
  pendingFactor: null,
  ...JSON.parse(document),
});
/** Sessions stored before refreshes were remembered for a minute, devices known, or codes shown, lack these fields. */
export const sessionOf = ({ document }: WithDocument): UserCollections['sessions'] => ({ superseded: [], device: null, secondFactorAt: null, ...JSON.parse(document) });
/** Books stored before additions were counted begin with none. */
export function addressBookOf({ document }: WithDocument): UserCollections['addressBooks'] {
  const { userId, addresses, additions = emptyBook(userId).additions } = JSON.parse(document);
  return { userId, addresses, additions };
}
/** Adds `answers`, which replicas of the previous version look for. */
const keptBook = (book: UserCollections['addressBooks']): object => ({ ...book, answers: [] });
const departureOf = ({ document }: WithDocument): UserCollections['departures'] => JSON.parse(document);
const attemptsOf = ({ document }: WithDocument): UserCollections['attempts'] => JSON.parse(document);
export const accountLinksOf = ({ document }: WithDocument): UserCollections['accountLinks'] => JSON.parse(document);
export const mailOf = ({ document }: WithDocument): UserCollections['mails'] => JSON.parse(document);
export const adminListOf = ({ document }: WithDocument): UserCollections['adminLists'] => JSON.parse(document);
export const keyRingOf = ({ document }: WithDocument): UserCollections['keyRings'] => JSON.parse(document);
export const sealingKeyOf = ({ document }: WithDocument): UserCollections['sealingKeys'] => JSON.parse(document);
