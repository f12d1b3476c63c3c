import type { EventsTable } from '@souk/chassis/stores/sql/chassis-schema';
import { isPublished } from '@souk/chassis/stores/sql/chassis-collections';
import type { HistoryContext, HistoryEntry } from '../domain/history.ts';

/** Columns of the events table that an order's history needs. */
export const HISTORY_COLUMNS = ['stream', 'version', 'id', 'type', 'published', 'at', 'causation_id', 'context'] as const;

type HistoryRow = Pick<EventsTable, (typeof HISTORY_COLUMNS)[number]>;

export function historyFromRow({ id, type, published, at, causation_id, context }: HistoryRow): HistoryEntry {
  // Every event of an order's stream is stored with such a context.
  const given: HistoryContext = JSON.parse(context);
  return { ...given, id, name: type, published: isPublished({ published }), at, causationId: causation_id };
}
