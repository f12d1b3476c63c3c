import type { StoredEvent } from '../writer/writer-store.ts';
import type { EventsTable } from './chassis-schema.ts';

export const EVENT_COLUMNS = [
  ...['lane', 'seq', 'id', 'type', 'published', 'message_key', 'stream', 'version', 'at'] as const,
  ...['correlation_id', 'causation_id', 'traceparent', 'data', 'context'] as const,
];

export function eventToValues(event: StoredEvent): unknown[] {
  return [
    event.lane,
    event.seq,
    event.id,
    event.type,
    event.published ? 1 : 0,
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

/** A later version leaves empty what says the same as the stream (docs/adr/0062); this one reads it already, and writes it out. */
export function eventFromRow(row: EventsTable): StoredEvent {
  return {
    lane: row.lane,
    seq: row.seq,
    id: row.id,
    type: row.type,
    published: row.published === 1,
    key: row.message_key || row.stream,
    stream: row.stream,
    version: row.version,
    at: row.at,
    correlationId: row.correlation_id || row.stream,
    causationId: row.causation_id,
    traceparent: row.traceparent,
    data: row.data,
    context: JSON.parse(row.context),
  };
}
