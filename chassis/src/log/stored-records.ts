import type { Database } from 'bun:sqlite';
import type { ReceivedMessage } from './event-log.ts';
import type { RunIndex } from './run-index.ts';
import type { Partition } from './topic-table.ts';

type RecordRow = [id: number, key: string, value: string, headers: string, at: number];

/** Reads a partition's messages from the file; the ids come from the run index. */
export function storedRecords(db: Database, index: RunIndex) {
  // The cross join keeps the order of the ids, one primary key look-up each.
  const select = db.query<unknown, [string]>(
    `select r.id, r.key, r.value, r.headers, r.at
     from json_each(?) as wanted cross join records as r on r.id = wanted.value`,
  );

  return (partition: Partition, from: number, limit: number): readonly ReceivedMessage[] => {
    const ids = index.ids(partition.id, from, limit);
    if (ids.length === 0) return [];
    const rows = select.values(JSON.stringify(ids)).filter(isRecordRow);
    if (rows.length !== ids.length) throw new Error(`Records of ${partition.topic}/${partition.number} are missing`);
    return rows.map((row) => receivedOf(partition, row));
  };
}

function isRecordRow(row: unknown[]): row is RecordRow {
  return typeof row[0] === 'number' && typeof row[3] === 'string';
}

function receivedOf(partition: Partition, [id, key, value, headers, at]: RecordRow): ReceivedMessage {
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
