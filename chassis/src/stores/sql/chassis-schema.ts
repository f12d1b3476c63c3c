import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { KEYED_ANSWERS, WHOLE_ANSWERS } from '../../engine/writer/answer-key.ts';
import type { Dialect } from './sql-database.ts';

export interface LanesTable {
  lane: string;
  owner: string;
  epoch: number;
  lease_until: number;
  last_seq: number;
  published_seq: number;
  transactions: number;
  answer_form: number;
}

export interface EventsTable {
  lane: string;
  seq: number;
  id: string;
  type: string;
  published: number;
  message_key: string;
  stream: string;
  version: number;
  at: number;
  correlation_id: string;
  causation_id: string | null;
  traceparent: string | null;
  data: string;
  context: string;
}

interface KeptMessage {
  topic: string;
  message_key: string;
  value: string;
  headers: string;
  cause: string;
  attempts: number;
  first_failed_at: number;
  last_failed_at: number;
  /** JSON; null when all of it is text */
  binary_parts: string | null;
}

export interface ParkedMessagesTable extends KeptMessage {
  position: number;
  next_attempt_at: number;
}

export interface DeadLettersTable extends KeptMessage {
  id: string;
  kind: string;
  status: string;
  resolved_at: number | null;
  resolved_by: string | null;
  resolution: string | null;
}

export interface KeptAnswersTable {
  id: string;
  owner: string;
  fingerprint: string;
  status: number;
  headers: string;
  body: string;
  at: number;
}

export interface AnswerKeysTable {
  period: number;
  hash: Uint8Array;
  fingerprint: Uint8Array;
  place: Uint8Array;
}

export interface EndedAccessTable {
  id: string;
  generation: number | null;
  kept_session: string | null;
  kept_generation: number | null;
  at: number;
}

/** The tables the chassis keeps in every SQL service's database. */
export interface ChassisSchema {
  lanes: LanesTable;
  events: EventsTable;
  parked_messages: ParkedMessagesTable;
  dead_letters: DeadLettersTable;
  kept_answers: KeptAnswersTable;
  answer_keys: AnswerKeysTable;
  ended_access: EndedAccessTable;
}

/** Forward-only; each has one statement that changes the schema, because MySQL cannot roll such a statement back. */
export function chassisMigrations(dialect: Dialect): Readonly<Record<string, Migration>> {
  const { id, key, foreignKey, text, json, integer, small, bytes16 } = dialect.column;
  /** Columns of a failed message besides its key; anybody may have sent it, so no text of it is certain to be short. */
  const failedMessage = <T extends string, C extends string>(table: CreateTableBuilder<T, C>) =>
    table
      .addColumn('topic', text, (c) => c.notNull())
      .addColumn('value', text, (c) => c.notNull())
      .addColumn('headers', json, (c) => c.notNull())
      .addColumn('cause', text, (c) => c.notNull())
      .addColumn('attempts', integer, (c) => c.notNull())
      .addColumn('first_failed_at', integer, (c) => c.notNull())
      .addColumn('last_failed_at', integer, (c) => c.notNull());
  const create = (build: (db: Kysely<unknown>) => Promise<void>): Migration => ({ up: build });
  return {
    'chassis-001-lanes': create(async (db) => {
      const table = db.schema
        .createTable('lanes')
        .addColumn('lane', key, (c) => c.primaryKey().notNull())
        .addColumn('owner', key, (c) => c.notNull())
        .addColumn('epoch', integer, (c) => c.notNull())
        .addColumn('lease_until', integer, (c) => c.notNull())
        .addColumn('last_seq', integer, (c) => c.notNull())
        .addColumn('published_seq', integer, (c) => c.notNull())
        .addColumn('transactions', integer, (c) => c.notNull());
      await dialect.clusteredTable(table).execute();
    }),
    'chassis-002-events': create(async (db) => {
      const table = db.schema
        .createTable('events')
        .addColumn('lane', key, (c) => c.notNull())
        .addColumn('seq', integer, (c) => c.notNull())
        .addColumn('id', id, (c) => c.notNull())
        .addColumn('type', key, (c) => c.notNull())
        .addColumn('published', integer, (c) => c.notNull())
        .addColumn('message_key', text, (c) => c.notNull())
        .addColumn('stream', key, (c) => c.notNull())
        .addColumn('version', integer, (c) => c.notNull())
        .addColumn('at', integer, (c) => c.notNull())
        .addColumn('correlation_id', text, (c) => c.notNull())
        .addColumn('causation_id', text)
        .addColumn('traceparent', key)
        .addColumn('data', json, (c) => c.notNull())
        .addColumn('context', json, (c) => c.notNull())
        .addPrimaryKeyConstraint('events_pk', ['lane', 'seq'])
        .addUniqueConstraint('events_stream_version', ['stream', 'version']);
      await dialect.heapTable(table).execute();
    }),
    'chassis-003-parked-messages': create(async (db) => {
      const table = db.schema
        .createTable('parked_messages')
        .addColumn('message_key', foreignKey, (c) => c.notNull())
        .addColumn('position', integer, (c) => c.notNull())
        .$call(failedMessage)
        .addColumn('next_attempt_at', integer, (c) => c.notNull())
        .addPrimaryKeyConstraint('parked_messages_pk', ['message_key', 'position']);
      await dialect.heapTable(table).execute();
    }),
    'chassis-004-dead-letters': create(async (db) => {
      const table = db.schema
        .createTable('dead_letters')
        .addColumn('id', id, (c) => c.primaryKey().notNull())
        .addColumn('message_key', text, (c) => c.notNull())
        .$call(failedMessage)
        .addColumn('status', key, (c) => c.notNull())
        .addColumn('resolved_at', integer)
        .addColumn('resolved_by', key)
        .addColumn('resolution', text);
      await dialect.heapTable(table).execute();
    }),
    'chassis-005-kept-answers': create(async (db) => {
      const table = db.schema
        .createTable('kept_answers')
        .addColumn('id', key, (c) => c.primaryKey().notNull())
        .addColumn('fingerprint', key, (c) => c.notNull())
        .addColumn('status', integer, (c) => c.notNull())
        .addColumn('headers', json, (c) => c.notNull())
        .addColumn('body', text, (c) => c.notNull())
        .addColumn('at', integer, (c) => c.notNull());
      await dialect.heapTable(table).execute();
    }),
    'chassis-006-kept-answers-by-time': create(async (db) => {
      await db.schema.createIndex('kept_answers_at').on('kept_answers').column('at').execute();
    }),
    'chassis-007-parked-messages-due': create(async (db) => {
      await db.schema.createIndex('parked_messages_due').on('parked_messages').column('next_attempt_at').execute();
    }),
    'chassis-008-kept-answers-owner': create(async (db) => {
      await db.schema.alterTable('kept_answers').addColumn('owner', key, (c) => c.notNull().defaultTo('')).execute();
    }),
    'chassis-009-kept-answers-by-owner': create(async (db) => {
      await db.schema.createIndex('kept_answers_owner').on('kept_answers').column('owner').execute();
    }),
    'chassis-011-dead-letters-by-status': create(async (db) => {
      await db.schema.createIndex('dead_letters_status').on('dead_letters').columns(['status', 'id']).execute();
    }),
    'chassis-020-ended-access': create(async (db) => {
      const table = db.schema
        .createTable('ended_access')
        .addColumn('id', id, (c) => c.primaryKey().notNull())
        .addColumn('generation', integer)
        .addColumn('kept_session', id)
        .addColumn('kept_generation', integer)
        .addColumn('at', integer, (c) => c.notNull());
      await dialect.clusteredTable(table).execute();
    }),
    'chassis-021-ended-access-by-time': create(async (db) => {
      await db.schema.createIndex('ended_access_at').on('ended_access').column('at').execute();
    }),
    'chassis-030-dead-letters-kind': create(async (db) => {
      await db.schema.alterTable('dead_letters').addColumn('kind', key, (c) => c.notNull().defaultTo('unhandled')).execute();
    }),
    ...Object.fromEntries(
      (['kind', 'topic', 'message_key', 'cause'] as const).map((column, at) => [
        `chassis-03${at + 1}-dead-letters-by-${column.replace('_', '-')}`,
        create(async (db) => {
          const columns = sql`${column === 'kind' ? sql.ref(column) : dialect.indexed(column)}, ${sql.ref('id')}`;
          await db.schema.createIndex(`dead_letters_${column}`).on('dead_letters').expression(columns).execute();
        }),
      ]),
    ),
    'chassis-040-parked-messages-binary': create(async (db) => {
      await db.schema.alterTable('parked_messages').addColumn('binary_parts', text).execute();
    }),
    'chassis-041-dead-letters-binary': create(async (db) => {
      await db.schema.alterTable('dead_letters').addColumn('binary_parts', text).execute();
    }),
    'chassis-050-answer-keys': create(async (db) => {
      const table = db.schema
        .createTable('answer_keys')
        .addColumn('period', small, (c) => c.notNull())
        .addColumn('hash', bytes16, (c) => c.notNull())
        .addColumn('fingerprint', bytes16, (c) => c.notNull())
        .addColumn('place', bytes16, (c) => c.notNull())
        .addPrimaryKeyConstraint('answer_keys_pk', ['period', 'hash']);
      await dialect.clusteredTable(table).execute();
    }),
    'chassis-051-answer-form': create(async (db) => {
      // If no process has ever run, no version that knows only whole answers can have kept one.
      const { rows } = await sql`select lane from lanes limit 1`.execute(db);
      const form = rows.length === 0 ? KEYED_ANSWERS : WHOLE_ANSWERS;
      await db.schema.alterTable('lanes').addColumn('answer_form', small, (c) => c.notNull().defaultTo(form)).execute();
    }),
  };
}
