import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Documents as JSON, and the columns that they are found by. */
export interface UsersTable {
  id: string;
  email: string;
  document: string;
}

export interface CredentialsTable {
  user_id: string;
  session_epoch: number;
  document: string;
}

export interface SessionsTable {
  id: string;
  user_id: string;
  epoch: number;
  /** epoch milliseconds: the time it ended, else the time it expires */
  live_until: number;
  document: string;
}

export interface AttemptsTable {
  id: string;
  /** epoch milliseconds */
  forgotten_at: number;
  document: string;
}

export interface AccountLinksTable {
  user_id: string;
  /** epoch milliseconds */
  forgotten_at: number;
  document: string;
}

export interface MailsTable {
  id: string;
  /** epoch milliseconds */
  due_at: number;
  document: string;
}

/** Documents that are found by their key alone. */
export interface PlainDocumentTable {
  id: string;
  document: string;
}

export interface UserSchema {
  users: UsersTable;
  credentials: CredentialsTable;
  sessions: SessionsTable;
  admin_lists: PlainDocumentTable;
  key_rings: PlainDocumentTable;
  sealing_keys: PlainDocumentTable;
  /** by user id */
  address_books: PlainDocumentTable;
  /** by user id */
  departures: PlainDocumentTable;
  sign_in_attempts: AttemptsTable;
  account_links: AccountLinksTable;
  mails: MailsTable;
}

export function userMigrations(dialect: Dialect): Readonly<Record<string, Migration>> {
  const { id, key, json, integer } = dialect.column;
  const plainDocument = (table: string): Migration => ({
    async up(db) {
      const created = db.schema
        .createTable(table)
        .addColumn('id', key, (c) => c.primaryKey().notNull())
        .addColumn('document', json, (c) => c.notNull());
      await dialect.heapTable(created).execute();
    },
  });
  return {
    'user-001-users': {
      async up(db) {
        const table = db.schema
          .createTable('users')
          .addColumn('id', id, (c) => c.primaryKey().notNull())
          .addColumn('email', key, (c) => c.notNull().unique())
          .addColumn('document', json, (c) => c.notNull());
        await dialect.heapTable(table).execute();
      },
    },
    'user-002-credentials': {
      async up(db) {
        const table = db.schema
          .createTable('credentials')
          .addColumn('user_id', id, (c) => c.primaryKey().notNull())
          .addColumn('session_epoch', integer, (c) => c.notNull())
          .addColumn('document', json, (c) => c.notNull());
        await dialect.heapTable(table).execute();
      },
    },
    'user-003-sessions': {
      async up(db) {
        const table = db.schema
          .createTable('sessions')
          .addColumn('id', id, (c) => c.primaryKey().notNull())
          .addColumn('user_id', id, (c) => c.notNull())
          .addColumn('epoch', integer, (c) => c.notNull())
          .addColumn('live_until', integer, (c) => c.notNull())
          .addColumn('document', json, (c) => c.notNull());
        await dialect.heapTable(table).execute();
      },
    },
    'user-004-sessions-by-user': {
      // `live_until` at the end lets a list skip ended sessions without reading them.
      async up(db) {
        const columns = ['user_id', 'epoch', 'id', 'live_until'];
        await db.schema.createIndex('sessions_user').on('sessions').columns(columns).execute();
      },
    },
    'user-005-sessions-by-end': {
      up: (db) => db.schema.createIndex('sessions_live_until').on('sessions').column('live_until').execute(),
    },
    'user-006-admin-lists': plainDocument('admin_lists'),
    'user-007-key-rings': plainDocument('key_rings'),
    'user-008-address-books': plainDocument('address_books'),
    'user-009-sign-in-attempts': {
      async up(db) {
        const table = db.schema
          .createTable('sign_in_attempts')
          .addColumn('id', key, (c) => c.primaryKey().notNull())
          .addColumn('forgotten_at', integer, (c) => c.notNull())
          .addColumn('document', json, (c) => c.notNull());
        await dialect.heapTable(table).execute();
      },
    },
    'user-010-sign-in-attempts-by-end': {
      up: (db) => db.schema.createIndex('sign_in_attempts_end').on('sign_in_attempts').column('forgotten_at').execute(),
    },
    'user-011-users-by-roles': {
      async up(db) {
        await sql`create index users_roles on users (document ->> '$.roles', id)`.execute(db);
      },
    },
    'user-012-account-links': {
      async up(db) {
        const table = db.schema
          .createTable('account_links')
          .addColumn('user_id', id, (c) => c.primaryKey().notNull())
          .addColumn('forgotten_at', integer, (c) => c.notNull())
          .addColumn('document', json, (c) => c.notNull());
        await dialect.heapTable(table).execute();
      },
    },
    'user-013-account-links-by-end': {
      up: (db) => db.schema.createIndex('account_links_end').on('account_links').column('forgotten_at').execute(),
    },
    'user-014-mails': {
      async up(db) {
        const table = db.schema
          .createTable('mails')
          .addColumn('id', key, (c) => c.primaryKey().notNull())
          .addColumn('due_at', integer, (c) => c.notNull())
          .addColumn('document', json, (c) => c.notNull());
        await dialect.heapTable(table).execute();
      },
    },
    'user-015-mails-by-time': {
      up: (db) => db.schema.createIndex('mails_due').on('mails').column('due_at').execute(),
    },
    'user-020-sealing-keys': plainDocument('sealing_keys'),
    'user-023-departures': plainDocument('departures'),
  };
}
