import { sql, type SqlBool } from 'kysely';
import type { CommittedRow } from '../../engine/committed-tail.ts';
import type { DeadLetter } from '../../engine/messaging/dead-letter.ts';
import type { ParkedKey, ParkedMessage, WaitingMessage } from '../../engine/messaging/parking.ts';
import { type AnswerKey, type KeptAnswer, PERIOD_MS, PERIODS_AHEAD, PERIODS_BACK } from '../../engine/writer/answer-key.ts';
import type { ChassisCollections } from '../../engine/writer/chassis-collections.ts';
import type { EndedAccess } from '../../engine/ended-access.ts';
import type { StoredEvent } from '../../engine/writer/writer-store.ts';
import type { AnswerKeysTable, DeadLettersTable, EndedAccessTable, EventsTable, KeptAnswersTable, ParkedMessagesTable } from './chassis-schema.ts';
import { appendOnly, rowCollection, type SqlCollection } from './sql-collection.ts';
import type { Dialect } from './sql-database.ts';

/** Mapping of the chassis' own entities to SQL tables. */
export function chassisCollections(dialect: Dialect): { readonly [N in keyof ChassisCollections]: SqlCollection<ChassisCollections[N]> } {
  return {
    parkedKeys: parkedKeys(dialect),
    deadLetters: rowCollection<DeadLetter, DeadLettersTable>(dialect, {
      table: 'dead_letters',
      columns: [
        ...['id', 'kind', 'topic', 'message_key', 'value', 'headers', 'binary_parts', 'cause', 'attempts'] as const,
        ...['first_failed_at', 'last_failed_at', 'status', 'resolved_at', 'resolved_by', 'resolution'] as const,
      ],
      keyColumn: 'id',
      keyOf: (letter) => letter.id,
      toRow: deadLetterToRow,
      fromRow: deadLetterFromRow,
    }),
    keptAnswers: rowCollection<KeptAnswer, KeptAnswersTable>(dialect, {
      table: 'kept_answers',
      columns: ['id', 'owner', 'fingerprint', 'status', 'headers', 'body', 'at'],
      keyColumn: 'id',
      keyOf: (kept) => kept.id,
      toRow: ({ id, owner, fingerprint, answer, at }) => ({ id, owner, fingerprint, ...answer, headers: JSON.stringify(answer.headers), at }),
      fromRow: ({ id, owner, fingerprint, status, headers, body, at }) => ({
        id,
        owner,
        fingerprint,
        answer: { status, headers: JSON.parse(headers), body },
        at,
      }),
    }),
    answerKeys: answerKeys(dialect),
    answerMeetings: appendOnly(({ period, hash }) => `${period} ${hash}`, (keys) => [newAnswerKeys(dialect, keys)]),
    endedAccess: rowCollection<EndedAccess, EndedAccessTable>(dialect, {
      table: 'ended_access',
      columns: ENDED_ACCESS_COLUMNS,
      keyColumn: 'id',
      keyOf: ({ id }) => id,
      toRow: ({ id, generation, kept, at }) => ({
        id,
        generation,
        kept_session: kept?.sessionId ?? null,
        kept_generation: kept?.generation ?? null,
        at,
      }),
      fromRow: endedAccessFromRow,
    }),
  };
}

const ANSWER_KEY_COLUMNS = ['period', 'hash', 'fingerprint', 'place'] as const;

/** Keys are found in the periods that are not over by the database's own clock; they are added, and never changed. */
function answerKeys(dialect: Dialect): SqlCollection<AnswerKey> {
  const { load: _load, read: _read, ...added } = appendOnly<AnswerKey>(({ hash }) => hash, (keys) => [newAnswerKeys(dialect, keys)]);
  const offsets = Array.from({ length: PERIODS_BACK + 1 + PERIODS_AHEAD }, (_, at) => at - PERIODS_BACK);
  const periods = offsets.map((offset) => `${dialect.period(PERIOD_MS)} + ${offset}`);
  return {
    ...added,
    load: (hashes) => [dialect.find('answer_keys', ANSWER_KEY_COLUMNS, ['period', 'hash'], periods, hashes.map((hash) => Uint8Array.fromHex(hash)))],
    read: ([rows = []]) =>
      rows.map((row) => {
        const { period, hash, fingerprint, place } = row as unknown as AnswerKeysTable;
        return { period, hash: hexOf(hash), fingerprint: hexOf(fingerprint), place: hexOf(place).replace(UUID, '$1-$2-$3-$4-$5') };
      }),
  };
}

const UUID = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;

function newAnswerKeys(dialect: Dialect, keys: readonly AnswerKey[]) {
  const bytes = (hex: string) => Uint8Array.fromHex(hex);
  const rows = keys.map(({ period, hash, fingerprint, place }) => [period, bytes(hash), bytes(fingerprint), bytes(place.replaceAll('-', ''))]);
  return dialect.insert('answer_keys', ANSWER_KEY_COLUMNS, rows);
}

/** mysql2 gives a buffer, SQLite an array. */
function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

export const ENDED_ACCESS_COLUMNS = ['id', 'generation', 'kept_session', 'kept_generation', 'at'] as const;

export function endedAccessFromRow(row: EndedAccessTable): EndedAccess {
  const { id, generation, kept_session: sessionId, kept_generation: keptFrom, at } = row;
  return { id, generation, kept: sessionId === null || keptFrom === null ? null : { sessionId, generation: keptFrom }, at };
}

function deadLetterToRow(letter: DeadLetter): DeadLettersTable {
  return {
    id: letter.id,
    kind: letter.kind,
    ...messageColumns(letter.message),
    cause: letter.cause,
    attempts: letter.attempts,
    first_failed_at: letter.firstFailedAt,
    last_failed_at: letter.lastFailedAt,
    status: letter.status,
    resolved_at: letter.resolvedAt,
    resolved_by: letter.resolvedBy,
    resolution: letter.resolution,
  };
}

export function deadLetterFromRow(row: DeadLettersTable): DeadLetter {
  return {
    id: row.id,
    kind: row.kind as DeadLetter['kind'],
    message: messageOf(row),
    cause: row.cause,
    attempts: row.attempts,
    firstFailedAt: row.first_failed_at,
    lastFailedAt: row.last_failed_at,
    status: row.status as DeadLetter['status'],
    resolvedAt: row.resolved_at,
    resolvedBy: row.resolved_by,
    resolution: row.resolution,
  };
}

/** Columns about the tries of a message. */
const TRIED_COLUMNS = ['cause', 'attempts', 'first_failed_at', 'last_failed_at', 'next_attempt_at'] as const;
export const PLACE_COLUMNS = ['message_key', 'position', ...TRIED_COLUMNS] as const;
const PARKED_COLUMNS = [...PLACE_COLUMNS, 'topic', 'value', 'headers', 'binary_parts'] as const;
const PARKED_KEY = ['message_key', 'position'] as const;

export type PlaceRow = Pick<ParkedMessagesTable, (typeof PLACE_COLUMNS)[number]>;

/**
 * One entity per message key, one row per waiting message; only the rows that differ are written. Loaded without the
 * messages, because no decision looks at a waiting one.
 */
function parkedKeys(dialect: Dialect): SqlCollection<ParkedKey> {
  const table = 'parked_messages';
  const added = ({ key }: ParkedKey, messages: readonly WaitingMessage[]) =>
    messages.map(({ message, ...place }) => {
      if (message === undefined) throw new Error(`message ${place.position} of a parked key is to be added, and was not loaded`);
      const { topic, value, headers, binary_parts: binary } = messageColumns(message);
      return [...valuesOf(key, place, PLACE_COLUMNS), topic, value, headers, binary];
    });
  const positions = ({ key }: ParkedKey, messages: readonly WaitingMessage[]) => messages.map((m) => [key, m.position]);
  return {
    key: (entity) => entity.key,
    load: (keys) => [dialect.load(table, PLACE_COLUMNS, 'message_key', keys)],
    read: ([rows = []]) => groupByKey(rows.map((row) => row as unknown as PlaceRow), placeOf),
    insert: (entities) => [dialect.insert(table, PARKED_COLUMNS, entities.flatMap((entity) => added(entity, entity.messages)))],
    update: (changes) =>
      changes.flatMap(({ before, after }) => {
        const had = new Map(before.messages.map((message) => [message.position, message]));
        const has = new Set(after.messages.map(({ position }) => position));
        const tried = after.messages.filter((message) => had.has(message.position) && had.get(message.position) !== message);
        return [
          dialect.remove(table, PARKED_KEY, positions(before, before.messages.filter(({ position }) => !has.has(position)))),
          dialect.update(table, TRIED_COLUMNS, PARKED_KEY, tried.map((place) => valuesOf(after.key, place, [...TRIED_COLUMNS, ...PARKED_KEY]))),
          dialect.insert(table, PARKED_COLUMNS, added(after, after.messages.filter(({ position }) => !had.has(position)))),
        ];
      }),
    remove: (entities) => [dialect.remove(table, PARKED_KEY, entities.flatMap((e) => positions(e, e.messages)))],
  };
}

function valuesOf(key: string, place: WaitingMessage, columns: readonly (keyof PlaceRow)[]): unknown[] {
  const row: PlaceRow = {
    message_key: key,
    position: place.position,
    cause: place.cause,
    attempts: place.attempts,
    first_failed_at: place.firstFailedAt,
    last_failed_at: place.lastFailedAt,
    next_attempt_at: place.nextAttemptAt,
  };
  return columns.map((column) => row[column]);
}

/** Groups rows by message key, each group in order of position. */
export function groupByKey<Row extends PlaceRow, M extends WaitingMessage>(
  rows: readonly Row[],
  toMessage: (row: Row) => M,
): { readonly key: string; readonly messages: readonly M[] }[] {
  const groups = Map.groupBy(rows, (row) => row.message_key);
  return [...groups].map(([key, members]) => ({ key, messages: members.map(toMessage).toSorted((a, b) => a.position - b.position) }));
}

export function placeOf(row: PlaceRow): Omit<ParkedMessage, 'message'> {
  return {
    position: row.position,
    attempts: row.attempts,
    cause: row.cause,
    firstFailedAt: row.first_failed_at,
    lastFailedAt: row.last_failed_at,
    nextAttemptAt: row.next_attempt_at,
  };
}

export function parkedOf(row: ParkedMessagesTable): ParkedMessage {
  return { ...placeOf(row), message: messageOf(row) };
}

function messageColumns({ topic, key, value, headers, binary }: DeadLetter['message']) {
  const parts = binary === undefined ? null : JSON.stringify(binary);
  return { topic, message_key: key, value, headers: JSON.stringify(headers), binary_parts: parts };
}

type MessageColumns = Pick<DeadLettersTable, 'topic' | 'message_key' | 'value' | 'headers' | 'binary_parts'>;

function messageOf({ topic, message_key: key, value, headers, binary_parts: parts }: MessageColumns): DeadLetter['message'] {
  const binary = parts === null ? {} : { binary: JSON.parse(parts) };
  return { topic, key, value, headers: JSON.parse(headers), ...binary };
}

export const EVENT_COLUMNS = [
  ...['lane', 'seq', 'id', 'type', 'published', 'message_key', 'stream', 'version', 'at'] as const,
  ...['correlation_id', 'causation_id', 'traceparent', 'data', 'context'] as const,
];

/**
 * Flags in `published`. A later version leaves out a key or a correlation that equals the stream, and flags it here
 * (docs/adr/0062); an empty one without its flag comes from a foreign message. This version reads the flags, and writes none.
 */
const PUBLISHED = 1;
const KEY_IS_STREAM = 2;
const CORRELATION_IS_STREAM = 4;

/** The same in a query. */
export const IS_PUBLISHED = sql<SqlBool>`(published & ${sql.lit(PUBLISHED)}) <> 0`;

export function isPublished({ published }: Pick<EventsTable, 'published'>): boolean {
  return (published & PUBLISHED) !== 0;
}

export function eventToValues(event: StoredEvent): unknown[] {
  return [
    event.lane,
    event.seq,
    event.id,
    event.type,
    event.published ? PUBLISHED : 0,
    event.key,
    event.stream,
    event.version,
    event.at,
    event.correlationId,
    event.causationId,
    event.traceparent,
    event.data,
    JSON.stringify(event.context),
  ];
}

export function eventFromRow(row: EventsTable): StoredEvent {
  return { ...committedFromRow(row), traceparent: row.traceparent, data: row.data };
}

export const COMMITTED_COLUMNS = EVENT_COLUMNS.filter((column) => column !== 'data' && column !== 'traceparent');

export function committedFromRow(row: Omit<EventsTable, 'data' | 'traceparent'>): CommittedRow {
  return {
    lane: row.lane,
    seq: row.seq,
    id: row.id,
    type: row.type,
    published: isPublished(row),
    key: (row.published & KEY_IS_STREAM) === 0 ? row.message_key : row.stream,
    stream: row.stream,
    version: row.version,
    at: row.at,
    correlationId: (row.published & CORRELATION_IS_STREAM) === 0 ? row.correlation_id : row.stream,
    causationId: row.causation_id,
    context: JSON.parse(row.context),
  };
}
