import type { DeadLetter } from '../messaging/dead-letter.ts';
import type { ParkedKey, ParkedMessage } from '../messaging/parked-key.ts';
import type { ChassisCollections } from '../writer/chassis-collections.ts';
import type { EndedAccess } from '../writer/ended-access.ts';
import type { KeptAnswer } from '../writer/kept-answer.ts';
import type { DeadLettersTable, EndedAccessTable, KeptAnswersTable, ParkedMessagesTable } from './chassis-schema.ts';
import type { Flavour } from './flavour.ts';
import { rowCollection } from './row-collection.ts';
import type { SqlCollection } from './sql-collection.ts';

/** How the chassis' own entities lie in SQL tables. */
export function chassisCollections(flavour: Flavour): { readonly [N in keyof ChassisCollections]: SqlCollection<ChassisCollections[N]> } {
  return {
    parkedKeys: parkedKeys(flavour),
    deadLetters: rowCollection<DeadLetter, DeadLettersTable>(flavour, {
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
    keptAnswers: rowCollection<KeptAnswer, KeptAnswersTable>(flavour, {
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
    endedAccess: rowCollection<EndedAccess, EndedAccessTable>(flavour, {
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

const PARKED_COLUMNS = [
  ...['message_key', 'position', 'topic', 'value', 'headers', 'binary_parts', 'cause', 'attempts'] as const,
  ...['first_failed_at', 'last_failed_at', 'next_attempt_at'] as const,
];

/** One entity per message key, one row per waiting message; only the rows that differ are written. */
function parkedKeys(flavour: Flavour): SqlCollection<ParkedKey> {
  const rowsOf = ({ key, messages }: ParkedKey, chosen: readonly ParkedMessage[] = messages) =>
    chosen.map((parked) => {
      const row = parkedToRow(key, parked);
      return PARKED_COLUMNS.map((column) => row[column]);
    });
  const positions = ({ key }: ParkedKey, messages: readonly ParkedMessage[]) => messages.map((m) => [key, m.position]);
  return {
    key: (entity) => entity.key,
    load: (keys) => [flavour.load('parked_messages', PARKED_COLUMNS, 'message_key', keys)],
    read: ([rows = []]) => groupByKey(rows.map((row) => row as unknown as ParkedMessagesTable)),
    insert: (entities) => [flavour.insert('parked_messages', PARKED_COLUMNS, entities.flatMap((entity) => rowsOf(entity)))],
    update: (changes) =>
      changes.flatMap(({ before, after }) => {
        const gone = before.messages.filter((message) => !after.messages.includes(message));
        const fresh = after.messages.filter((message) => !before.messages.includes(message));
        return [
          flavour.remove('parked_messages', ['message_key', 'position'], positions(before, gone)),
          flavour.insert('parked_messages', PARKED_COLUMNS, rowsOf(after, fresh)),
        ];
      }),
    remove: (entities) => [
      flavour.remove('parked_messages', ['message_key', 'position'], entities.flatMap((e) => positions(e, e.messages))),
    ],
  };
}

function parkedToRow(key: string, parked: ParkedMessage): ParkedMessagesTable {
  return {
    ...messageColumns(parked.message),
    message_key: key,
    position: parked.position,
    cause: parked.cause,
    attempts: parked.attempts,
    first_failed_at: parked.firstFailedAt,
    last_failed_at: parked.lastFailedAt,
    next_attempt_at: parked.nextAttemptAt,
  };
}

export function groupByKey(rows: readonly ParkedMessagesTable[]): ParkedKey[] {
  const groups = Map.groupBy(rows, (row) => row.message_key);
  return [...groups].map(([key, members]) => ({
    key,
    messages: members
      .map((row) => ({
        position: row.position,
        message: messageOf(row),
        attempts: row.attempts,
        cause: row.cause,
        firstFailedAt: row.first_failed_at,
        lastFailedAt: row.last_failed_at,
        nextAttemptAt: row.next_attempt_at,
      }))
      .toSorted((a, b) => a.position - b.position),
  }));
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
