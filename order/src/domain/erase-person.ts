import { CancelOrder, Order as OrderContract } from '@souk/contracts/http/order';
import { holdsPersonal } from '@souk/contracts/schema';
import { withoutPersonal } from '@souk/contracts/values-by-schema';
import { retiredFields, withoutRetired } from '@souk/contracts/log-message';
import { isTopic, type Topic, TOPIC_NAMES, TOPICS } from '@souk/contracts/topics';
import type { HistoryContext } from './history.ts';
import type { Order } from './order.ts';

/** Events of an order that hold data of its customer, or did in an earlier version. A cancellation is stored with the note of its request. */
export const TELLING_EVENTS: readonly Topic[] = TOPIC_NAMES.filter(
  (topic) => TOPICS[topic].madeBy === 'order' && (holdsPersonal(TOPICS[topic].data) || retiredFields(topic) !== undefined || topic === 'order.cancelled'),
);

/** The order without what its contract marks as personal; goods and money stay, because the ledger needs them. */
export function erasedOrder(order: Order): Order {
  return withoutPersonal(OrderContract, order);
}

interface Told {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly context: HistoryContext;
}

/** An event of Order without what its topic's contract marks as personal, and without the note stored with it. */
export function erasedEvent<Event extends Told>(event: Event): Event {
  const { type, data, context } = event;
  return {
    ...event,
    data: isTopic(type) ? withoutPersonal(TOPICS[type].data, withoutRetired(type, data)) : data,
    context: { ...context, cause: withoutPersonal(CancelOrder, context.cause) },
  };
}
