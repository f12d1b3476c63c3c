import type { Database } from 'bun:sqlite';
import { headersOf, messagesIn, type StoredBlock, unpacked } from './block.ts';
import { type EventLog, EventLogError, type LogMessage, type PartitionLag, type ReceivedMessage } from '../event-log.ts';
import { loadTopics, type OffsetStore, openLogForReading, openOffsetStore, partitionsOf, type TopicTable } from './log-file.ts';
import { CALL_ROOM, messageSize } from '../message-limits.ts';
import { decoded, isPlainText } from '../not-utf8.ts';
import { openPartitionIndex, type PartitionIndex, type Span } from './partition-index.ts';
import type { Partition } from '../partitions.ts';

export interface LogReader extends LogInspection {
  close(): void;
}

/** Opens a reader of a log that another process may have open. It sees what was committed when it was opened. */
export function openLogReader(path: string): LogReader {
  const db = openLogForReading(path);
  // In one transaction, so that all parts are of the same moment.
  const load = db.transaction(() => ({ db, topics: loadTopics(db), index: openPartitionIndex(db), offsets: openOffsetStore(db) }));
  const deps = load.deferred();
  return { ...inspectLog(deps), close: () => db.close() };
}

interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Read-only inspection for operators, checkers and tests; every partition of every topic is listed. */
export interface LogInspection {
  /** The offset after the last message. */
  endOffsets(): PartitionOffset[];
  /** The next offset the group will handle; 0 if it has handled nothing yet. */
  committed(group: string): PartitionOffset[];
  /** Number of messages the group has still to handle. */
  lag(group: string): PartitionLag[];
  /** Every message of the topic, partition after partition, each in order. */
  records(topic: string): IterableIterator<ReceivedMessage>;
}

interface InspectionDeps {
  readonly db: Database;
  readonly topics: TopicTable;
  readonly index: PartitionIndex;
  readonly offsets: OffsetStore;
}

export function inspectLog({ db, topics, index, offsets }: InspectionDeps): LogInspection {
  const read = storedMessages(db, index);
  const all = [...topics.values()].flat();
  const list = (offsetOf: (partition: Partition) => number): PartitionOffset[] =>
    all.map((partition) => ({ topic: partition.topic, partition: partition.number, offset: offsetOf(partition) }));

  function* records(topic: string): IterableIterator<ReceivedMessage> {
    for (const partition of partitionsOf(topics, topic)) {
      for (let from = 0; ; ) {
        const messages = read(partition, from);
        if (messages.length === 0) break;
        yield* messages;
        from = Number(messages.at(-1)?.offset) + 1;
      }
    }
  }

  return {
    endOffsets: () => list((partition) => index.end(partition.id)),
    committed: (group) => list((partition) => offsets.next(group, partition.id)),
    lag: (group) =>
      all.map(({ id, topic, number }) => {
        const messages = index.count(id, offsets.next(group, id));
        return { topic, partition: number, messages };
      }),
    records,
  };
}

interface ReplayDeps {
  readonly topics: TopicTable;
  readonly index: PartitionIndex;
  readonly readStored: (partition: Partition, from: number) => readonly ReceivedMessage[];
}

/** `EventLog.replay` for the embedded log: one partition after another. */
export async function replayStored(
  { topics, index, readStored }: ReplayDeps,
  ...[names, see, signal]: Parameters<EventLog['replay']>
): Promise<void> {
  const partitions = [...new Set(names)].flatMap((name) => partitionsOf(topics, name));
  const ends = partitions.map((partition) => ({ partition, end: index.end(partition.id) }));
  const total = partitions.reduce((sum, { id }) => sum + index.count(id, 0), 0);
  for (const { partition, end } of ends) {
    for (let from = 0; from < end; ) {
      signal.throwIfAborted();
      const stored = readStored(partition, from);
      const messages = stored.filter(({ offset }) => Number(offset) < end);
      if (messages.length > 0) await see(messages, total);
      if (stored.length === 0) break;
      from = Number(stored.at(-1)?.offset) + 1;
    }
  }
}

type BlockRow = StoredBlock & { readonly first_id: number; readonly at: number };

interface RecordRow {
  readonly id: number;
  /** Bytes if another program has written it as a blob. */
  readonly key: string | Uint8Array;
  readonly value: string | Uint8Array;
  readonly headers: string;
  readonly at: number;
}

/** Reads a partition's messages from the file, as many as fit into one call; `index` says where they are. */
export function storedMessages(db: Database, index: PartitionIndex) {
  const inRecords = recordReader(db);
  const inBlocks = blockReader(db);
  // Nothing is added to `records` any more.
  const lastRecord = db.query<{ last: number | null }, []>('select max(id) as last from records').get()?.last ?? 0;

  function* messagesOf(partition: Partition, spans: readonly Span[]): Generator<ReceivedMessage> {
    const records = spans.filter(({ first }) => first <= lastRecord);
    if (records.length > 0) yield* inRecords(partition, records.map(({ first }) => first));
    if (records.length < spans.length) yield* inBlocks(partition, spans.slice(records.length));
  }

  return (partition: Partition, from: number): readonly ReceivedMessage[] => {
    const messages: ReceivedMessage[] = [];
    let size = 0;
    // One by one, because their sizes are not known in advance.
    for (const message of messagesOf(partition, index.spans(partition.id, from, CALL_ROOM.count))) {
      size += messageSize(message);
      if (messages.length > 0 && size > CALL_ROOM.size) break;
      messages.push(message);
    }
    return messages;
  };
}

function blockReader(db: Database) {
  // A cross join as in `recordReader`; the block of a message is the last one that begins at its id or before.
  const select = db.query<BlockRow, [string]>(
    `select b.first_id, b.at, b.spans, b.form, b.checksum, b.body
     from json_each(?) as wanted
     cross join blocks as b on b.first_id = (select max(first_id) from blocks where first_id <= wanted.value)`,
  );

  /** The texts of a span's messages. */
  function textsOf(block: BlockRow, { first, count }: Span, partition: Partition): Omit<LogMessage, 'topic'>[] {
    try {
      return messagesIn(unpacked(block), first - block.first_id, count);
    } catch (error) {
      throw damaged(db, `block ${block.first_id}`, partition, first, error);
    }
  }

  return function* inBlocks(of: Partition, spans: readonly Span[]): Generator<ReceivedMessage> {
    const { topic, number: partition } = of;
    let index = 0;
    for (const block of select.iterate(JSON.stringify(spans.map(({ first }) => first)))) {
      const span = spans[index];
      if (span === undefined || block.first_id > span.first) break;
      index += 1;
      let offset = span.first;
      for (const texts of textsOf(block, span, of)) {
        yield { topic, ...texts, partition, offset: String(offset), timestamp: block.at };
        offset += 1;
      }
    }
    const missing = spans[index];
    if (missing !== undefined) throw damaged(db, `block ${missing.first}`, of, missing.first, new Error('it is missing'));
  };
}

/** Reads messages that an earlier version has written. */
function recordReader(db: Database) {
  // The cross join keeps the order of the ids, with one primary key look-up each.
  const select = db.query<RecordRow, [string]>(
    `select r.id, r.key, r.value, r.headers, r.at
     from json_each(?) as wanted cross join records as r on r.id = wanted.value`,
  );
  const bytes = db.query<{ key: Uint8Array; value: Uint8Array }, [number]>('select cast(key as blob) as key, cast(value as blob) as value from records where id = ?');

  /** Key and value as in `LogMessage`. Only another program can have written bytes that are not text. */
  function texts({ id, key, value }: RecordRow): Pick<LogMessage, 'key' | 'value' | 'binary'> {
    if (isPlainText(key) && isPlainText(value)) return { key, value };
    const stored = bytes.get(id);
    if (stored === null) throw new Error(`Record ${id} is missing`);
    return decoded(Buffer.from(stored.key), Buffer.from(stored.value));
  }

  return function* inRecords(of: Partition, ids: readonly number[]): Generator<ReceivedMessage> {
    const { topic, number: partition } = of;
    let found = 0;
    for (const row of select.iterate(JSON.stringify(ids))) {
      if (row.id !== ids[found]) break;
      found += 1;
      yield { topic, ...texts(row), headers: headersOf(row.headers), partition, offset: String(row.id), timestamp: row.at };
    }
    const missing = ids[found];
    if (missing !== undefined) throw damaged(db, `record ${missing}`, of, missing, new Error('it is missing'));
  };
}

function damaged(db: Database, place: string, { topic, number }: Partition, offset: number, cause: unknown): EventLogError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const what = `Messages of ${topic}/${number} from offset ${offset} on cannot be read`;
  return new EventLogError('damaged', `The event log ${db.filename} is damaged in ${place}: ${why}. ${what}`, cause);
}
