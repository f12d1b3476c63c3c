import type { Database } from 'bun:sqlite';
import type { ReceivedMessage } from './event-log.ts';
import { CALL_ROOM, messageSize } from './message-size.ts';
import type { RunIndex } from './run-index.ts';
import type { Partition } from './topic-table.ts';

interface RecordRow {
  readonly id: number;
  readonly key: string;
  readonly value: string;
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

  return (partition: Partition, from: number): readonly ReceivedMessage[] => {
    const ids = index.ids(partition.id, from, CALL_ROOM.count);
    if (ids.length === 0) return [];
    const messages: ReceivedMessage[] = [];
    let size = 0;
    // Row by row: nobody knows how large they are before.
    for (const row of select.iterate(JSON.stringify(ids))) {
      const message = receivedOf(partition, row);
      size += messageSize(message);
      if (messages.length > 0 && size > CALL_ROOM.size) return messages;
      if (row.id !== ids[messages.length]) break;
      messages.push(message);
    }
    if (messages.length !== ids.length) throw new Error(`Records of ${partition.topic}/${partition.number} are missing`);
    return messages;
  };
}

function receivedOf(partition: Partition, { id, key, value, headers, at }: RecordRow): ReceivedMessage {
  return {
    topic: partition.topic,
    key,
    value,
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
