import type { StoredEvent } from '../../engine/writer/writer-store.ts';
import type { EventsTable } from './chassis-schema.ts';

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
    traceparent: row.traceparent,
    data: row.data,
    context: JSON.parse(row.context),
  };
}
