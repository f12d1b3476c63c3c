import { DEAD_LETTER_STATUSES } from '@souk/contracts/http/ops';
import { type Expression, type ExpressionBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import {
  COUNT_LIMIT,
  type LaneStatus,
  LAST_CHARACTER,
  type LetterFailure,
  type LetterFilter,
  type MessageCounts,
  type MessageReads,
  type ServiceStore,
  SHOWN_MESSAGES,
} from '../../engine/service-store.ts';
import type { EndedAccessReads } from '../../engine/ended-access.ts';
import type { Collections } from '../../engine/writer/use-case.ts';
import { CALL_ROOM, fitting } from '../../log/message-limits.ts';
import { sqlCommittedReads } from './committed-reads.ts';
import { deadLetterFromRow, ENDED_ACCESS_COLUMNS, endedAccessFromRow, groupByKey, parkedOf, PLACE_COLUMNS, placeOf, type PlaceRow } from './chassis-collections.ts';
import type { ChassisSchema } from './chassis-schema.ts';
import { forgetRange, forgetRows } from './forget-rows.ts';
import { migrate, pendingMigrations } from './migrations.ts';
import type { SqlCollection } from './sql-collection.ts';
import type { SqlDatabase } from './sql-database.ts';
import { sqlWriterStore } from './sql-writer-store.ts';

/** The store of a service on a SQL database. Transactions lock entities in the order in which `collections` names them. */
export function sqlServiceStore<C extends Collections, Schema>(
  database: SqlDatabase<Schema>,
  collections: { readonly [N in keyof C]: SqlCollection<C[N]> },
  migrations: Readonly<Record<string, Migration>>,
): ServiceStore<C> {
  return {
    writing: sqlWriterStore<C>(database as SqlDatabase<unknown>, collections),
    messages: sqlMessageReads(database as SqlDatabase<unknown>),
    endedAccess: sqlEndedAccess(database as SqlDatabase<unknown>),
    committed: sqlCommittedReads(database as SqlDatabase<unknown>),
    migrate: () => migrate(database, migrations),
    pendingMigrations: () => pendingMigrations(database, migrations),
    check: () => database.check(),
    close: () => database.close(),
  };
}

/** Size of a kept message. */
const SIZE = sql<number>`length(value) + length(headers) + coalesce(length(binary_parts), 0)`.as('size');

export function sqlMessageReads(database: SqlDatabase<unknown>): MessageReads {
  const { dialect } = database;
  const db = database.reader as Kysely<ChassisSchema>;
  return {
    async lanes() {
      const lanes = await db.selectFrom('lanes').selectAll().select(dialect.now.as('now')).orderBy('lane').execute();
      return Promise.all(
        lanes.map(async (lane): Promise<LaneStatus> => {
          const unsent = db.selectFrom('events').select('at').where('lane', '=', lane.lane);
          const oldest = await unsent.where('seq', '>', lane.published_seq).orderBy('seq').limit(1).executeTakeFirst();
          return {
            lane: lane.lane,
            lastSeq: lane.last_seq,
            publishedSeq: lane.published_seq,
            leaseExpired: lane.lease_until <= lane.now,
            oldestUnsentAt: oldest?.at ?? null,
          };
        }),
      );
    },
    async dueParked(limit) {
      const query = db
        .selectFrom('parked_messages as m')
        .select(['m.message_key', 'm.position', SIZE])
        .where('m.next_attempt_at', '<=', sql<number>`${dialect.now}`)
        .where(({ exists, not, selectFrom }) => {
          const sameKey = selectFrom('parked_messages as e').select('e.position').whereRef('e.message_key', '=', 'm.message_key');
          return not(exists(sameKey.whereRef('e.position', '<', 'm.position')));
        });
      const due = await query.orderBy('m.next_attempt_at').limit(limit).execute();
      if (due.length === 0) return [];
      const heads = due.slice(0, fitting(due, { count: limit, size: CALL_ROOM.size }, ({ size }) => size));
      const found = db.selectFrom('parked_messages').selectAll().where((eb) => eb.or(heads.map(({ message_key, position }) => eb.and({ message_key, position }))));
      const rows = new Map((await found.execute()).map((row) => [row.message_key, row]));
      return heads.flatMap(({ message_key: key }) => {
        const row = rows.get(key);
        return row === undefined ? [] : [{ key, head: parkedOf(row) }];
      });
    },
    async parked(after, limit) {
      let keys = db.selectFrom('parked_messages').select('message_key').distinct().orderBy('message_key').limit(limit);
      if (after !== null) keys = keys.where('message_key', '>', after);
      const wanted = db.selectFrom(keys.as('keys')).select('keys.message_key').select(({ selectFrom }) => {
        const sameKey = selectFrom('parked_messages as p').select('p.position').whereRef('p.message_key', '=', 'keys.message_key');
        return sameKey.orderBy('p.position').limit(1).offset(SHOWN_MESSAGES).as('beyond');
      });
      const ends = new Map((await wanted.execute()).map((row) => [row.message_key, row.beyond]));
      const isShown = ({ or, and, eb }: ExpressionBuilder<ChassisSchema, 'parked_messages'>) =>
        or([...ends].map(([key, end]) => and([eb('message_key', '=', key), ...(end === null ? [] : [eb('position', '<', end)])])));
      const rows = await db.selectFrom('parked_messages').select([...PLACE_COLUMNS, 'topic']).where(isShown).execute();
      const waiting = groupByKey(rows.toSorted(byKey), (row) => ({ ...placeOf(row), topic: row.topic }));
      return waiting.map((one) => ({ ...one, more: (ends.get(one.key) ?? null) !== null }));
    },
    deadLetterSizes: (before, limit, which) =>
      lettersOf(db, before, limit, which).select(SIZE).execute(),
    async deadLetters(before, limit, which) {
      return (await lettersOf(db, before, limit, which).selectAll().execute()).map(deadLetterFromRow);
    },
    async deadLetter(id) {
      const row = await db.selectFrom('dead_letters').selectAll().where('id', '=', id).executeTakeFirst();
      return row && deadLetterFromRow(row);
    },
    async letterFailures(status, limit) {
      const newest = db.selectFrom('dead_letters').where('status', '=', status).orderBy('id', 'desc').limit(limit);
      const rows = await newest.select(['kind', 'topic', 'cause', 'last_failed_at']).execute();
      return rows.map(({ kind, topic, cause, last_failed_at: lastFailedAt }) => ({ kind: kind as LetterFailure['kind'], topic, cause, lastFailedAt }));
    },
    async unsentBesides(lane) {
      const lanes = await db.selectFrom('lanes').select(['last_seq', 'published_seq']).where('lane', '!=', lane).execute();
      return lanes.reduce((unsent, { last_seq: last, published_seq: published }) => unsent + last - published, 0);
    },
    async counts() {
      const keys = db.selectFrom('parked_messages').select('message_key').orderBy('message_key').limit(COUNT_LIMIT);
      const letters = DEAD_LETTER_STATUSES.map(async (status) => {
        const some = db.selectFrom('dead_letters').select('id').where('status', '=', status).limit(COUNT_LIMIT);
        return [status, await numberOf(db, sql`count(*)`, some)] as const;
      });
      const deadLetters = Object.fromEntries(await Promise.all(letters)) as MessageCounts['deadLetters'];
      return { parkedKeys: await numberOf(db, sql`count(distinct message_key)`, keys), deadLetters };
    },
    async forgetAnswers(olderThan, limit) {
      const old = db.selectFrom('kept_answers').select('id').where('at', '<', olderThan).limit(limit);
      return forgetRows(database, 'kept_answers', 'id', old.compile());
    },
    forgetAnswerKeys(lastPeriod, limit) {
      const next = db.selectFrom('answer_keys').select(['period', 'hash']).where('period', '<=', lastPeriod).orderBy('period').orderBy('hash').limit(limit);
      return forgetRange(database, 'answer_keys', ['period', 'hash'], next.compile());
    },
    async forgetAnswersTo(owners, limit) {
      if (owners.length === 0) return 0;
      const theirs = db.selectFrom('kept_answers').select('id').where(dialect.in('owner', owners)).limit(limit);
      return forgetRows(database, 'kept_answers', 'id', theirs.compile());
    },
  };
}

function lettersOf(db: Kysely<ChassisSchema>, before: string | null, limit: number, { kind, status, topic, key, cause }: LetterFilter = {}) {
  let query = db.selectFrom('dead_letters').orderBy('id', 'desc').limit(limit);
  if (before !== null) query = query.where('id', '<', before);
  if (kind !== undefined) query = query.where('kind', '=', kind);
  if (status !== undefined) query = query.where('status', '=', status);
  if (topic !== undefined) query = query.where('topic', '=', topic);
  if (key !== undefined) query = query.where('message_key', '=', key);
  if (cause !== undefined) query = query.where('cause', '>=', cause).where('cause', '<', cause + LAST_CHARACTER);
  return query;
}

async function numberOf(db: Kysely<ChassisSchema>, count: Expression<unknown>, rows: Expression<object>): Promise<number> {
  const query = sql<{ n: number }>`select ${count} as n from ${rows} as counted`;
  return (await query.execute(db)).rows[0]?.n ?? 0;
}

function byKey(a: PlaceRow, b: PlaceRow): number {
  return a.message_key < b.message_key ? -1 : Number(a.message_key > b.message_key);
}

function sqlEndedAccess({ reader, dialect }: SqlDatabase<unknown>): EndedAccessReads {
  const endings = () => (reader as Kysely<ChassisSchema>).selectFrom('ended_access');
  return {
    async since(at) {
      return (await endings().select(ENDED_ACCESS_COLUMNS).where('at', '>=', at).orderBy('at').execute()).map(endedAccessFromRow);
    },
    async olderThan(ms, limit) {
      const old = endings().select('id').where('at', '<', sql<number>`${dialect.now} - ${ms}`).orderBy('at').limit(limit);
      return (await old.execute()).map(({ id }) => id);
    },
  };
}
