import type { Database } from 'bun:sqlite';
import { headersOf, messagesIn, type StoredBlock, unpacked } from './block.ts';
import type { LogMessage, ReceivedMessage } from '../event-log.ts';
import { EventLogError } from '../event-log-error.ts';
import { CALL_ROOM, messageSize } from '../message-size.ts';
import { decoded, isPlainText } from '../not-utf8.ts';
import type { PartitionIndex, Span } from './partition-index.ts';
import type { Partition } from '../topic.ts';

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
    if (missing !== undefined) throw damaged(db, `block ${missing.first}`, of, missing.first, new Error('it is not there'));
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
    if (missing !== undefined) throw damaged(db, `record ${missing}`, of, missing, new Error('it is not there'));
  };
}

function damaged(db: Database, place: string, { topic, number }: Partition, offset: number, cause: unknown): EventLogError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const what = `Messages of ${topic}/${number} from offset ${offset} on cannot be read`;
  return new EventLogError('damaged', `The event log ${db.filename} is damaged in ${place}: ${why}. ${what}`, cause);
}
