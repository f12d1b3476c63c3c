import type { TimelineEntry } from '@souk/contracts/http/order';
import { timelineOf } from '../domain/timeline.ts';
import type { OrderReads } from '../storage/order-store.ts';

/** Reads the timeline of an order, over all services, from its stream of events. */
export function readTimeline({ histories }: Pick<OrderReads, 'histories'>) {
  return async (orderId: string): Promise<TimelineEntry[]> => {
    const history = await histories([orderId]);
    return timelineOf(history.get(orderId) ?? []);
  };
}
