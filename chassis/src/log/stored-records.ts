import type { Database } from 'bun:sqlite';
import type { LogMessage, ReceivedMessage } from './event-log.ts';
import { CALL_ROOM, messageSize } from './message-size.ts';
import { decoded, isPlainText } from './not-utf8.ts';
import type { RunIndex } from './run-index.ts';
import type { Partition } from './topic-table.ts';

interface RecordRow {
  readonly id: number;
  /** Bytes when another program has written them so. */
  readonly key: string | Uint8Array;
  readonly value: string | Uint8Array;
  readonly headers: string;
  readonly at: number;
}

/** Reads a partition's messages from the file, as many as fit into one call; the ids come from the run index. */
export function storedRecords(db: Database, index: RunIndex) {
  // The cross join keeps the order of the ids, one primary key look-up each.
  const select = db.query<RecordRow, [string]>(
    `select r.id, r.key, r.value, r.headers, r.at
     from json_each(?) as wanted cross join records as r on r.id = wanted.value`,
  );

  const bytes = db.query<{ key: Uint8Array; value: Uint8Array }, [number]>('select cast(key as blob) as key, cast(value as blob) as value from records where id = ?');

  /** As `LogMessage` has them. Only another program can have written what is no text. */
  function texts({ id, key, value }: RecordRow): Pick<LogMessage, 'key' | 'value' | 'binary'> {
    if (isPlainText(key) && isPlainText(value)) return { key, value };
    const stored = bytes.get(id);
    if (stored === null) throw new Error(`Record ${id} is missing`);
    return decoded(Buffer.from(stored.key), Buffer.from(stored.value));
  }

  return (partition: Partition, from: number): readonly ReceivedMessage[] => {
    const ids = index.ids(partition.id, from, CALL_ROOM.count);
    if (ids.length === 0) return [];
    const messages: ReceivedMessage[] = [];
    let size = 0;
    // Row by row: nobody knows how large they are before.
    for (const row of select.iterate(JSON.stringify(ids))) {
      const message = receivedOf(partition, row, texts(row));
      size += messageSize(message);
      if (messages.length > 0 && size > CALL_ROOM.size) return messages;
      if (row.id !== ids[messages.length]) break;
      messages.push(message);
    }
    if (messages.length !== ids.length) throw new Error(`Records of ${partition.topic}/${partition.number} are missing`);
    return messages;
  };
}

function receivedOf(partition: Partition, { id, headers, at }: RecordRow, texts: Pick<LogMessage, 'key' | 'value' | 'binary'>): ReceivedMessage {
  return {
    topic: partition.topic,
    ...texts,
    headers: headersOf(headers),
    partition: partition.number,
    offset: String(id),
    timestamp: at,
  };
}

function headersOf(json: string): Record<string, string> {
  const headers: unknown = JSON.parse(json);
  if (!isHeaders(headers)) throw new Error('The headers of a stored message are damaged');
  return headers;
}

const isHeaders = (value: unknown): value is Record<string, string> => typeof value === 'object' && value !== null;
