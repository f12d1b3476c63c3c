import { CancelOrder, Order as OrderContract } from '@souk/contracts/http/order';
import { holdsPersonal } from '@souk/contracts/personal';
import { withoutPersonal } from '@souk/contracts/personal-values';
import { retiredFields, withoutRetired } from '@souk/contracts/retired-fields';
import { isTopic, type Topic, TOPIC_NAMES, TOPICS } from '@souk/contracts/topics';
import type { HistoryContext } from './history.ts';
import type { Order } from './order.ts';

/** Events of an order that tell something of its customer, or did in an earlier version; with a cancellation lies what was said when it was asked for. */
export const TELLING_EVENTS: readonly Topic[] = TOPIC_NAMES.filter(
  (topic) => TOPICS[topic].madeBy === 'order' && (holdsPersonal(TOPICS[topic].data) || retiredFields(topic) !== undefined || topic === 'order.cancelled'),
);

/** An order that names nobody. What its contract marks as personal is gone; goods and money stay, the ledger needs them. */
export function erasedOrder(order: Order): Order {
  return withoutPersonal(OrderContract, order);
}

interface Told {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly context: HistoryContext;
}

/** An event of ours that names nobody any more, as its topic's contract says; nor does what was said when it happened. */
export function erasedEvent<Event extends Told>(event: Event): Event {
  const { type, data, context } = event;
  return {
    ...event,
    data: isTopic(type) ? withoutPersonal(TOPICS[type].data, withoutRetired(type, data)) : data,
    context: { ...context, cause: withoutPersonal(CancelOrder, context.cause) },
  };
}
