import type { StoredEvent, WriterStore } from '@souk/chassis/writer/writer-store';
import type { TimelineEntry } from '@souk/contracts/http/order-timeline';
import type { HistoryContext, HistoryEntry } from '../domain/history.ts';
import { timelineOf } from '../domain/timeline.ts';
import type { OrderCollections } from '../storage/order-store.ts';

/** What happened to an order so far, over all services; read from its stream of events. */
export function readTimeline({ readStream }: Pick<WriterStore<OrderCollections>, 'readStream'>) {
  return async (orderId: string): Promise<TimelineEntry[]> => timelineOf((await readStream(orderId)).map(historyEntry));
}

function historyEntry({ id, type, published, at, causationId, context }: StoredEvent): HistoryEntry {
  // Every event of an order's stream was given such a context when it was decided on.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { ...(context as HistoryContext), id, name: type, published, at, causationId };
}
