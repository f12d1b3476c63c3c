import type { EventData } from '@souk/contracts/topics';
import type { Order } from './order.ts';
import type { Transition } from './order-saga.ts';

type OrderEventType = 'order.created' | Transition['emits'];

/** An event that Order sends to the other services. */
export type OrderEvent = { [T in OrderEventType]: { readonly type: T; readonly data: EventData<T> } }[OrderEventType];

/** Builds an event from the order as it is now. */
export function orderEvent(type: OrderEventType, order: Order): OrderEvent {
  const ids = { orderId: order.id, userId: order.userId };
  switch (type) {
    case 'order.created':
      return { type, data: { ...ids, items: orderedItems(order), total: order.total } };
    case 'order.ready_for_payment':
      return { type, data: { ...ids, amount: order.total, paymentMethodId: order.paymentMethodId } };
    case 'order.completed':
      return { type, data: { ...ids, items: orderedItems(order), total: order.total } };
    case 'order.rejected':
      return { type, data: { ...ids, shortages: [...order.shortages] } };
    case 'order.cancelled':
      return { type, data: { ...ids, reason: cancelReason(order) } };
    default:
      return type satisfies never;
  }
}

function orderedItems(order: Order) {
  return order.items.map(({ sku, quantity }) => ({ sku, quantity }));
}

function cancelReason({ id, reason }: Order) {
  if (reason === null || reason === 'out_of_stock') throw new Error(`order ${id} is cancelled without a reason`);
  return reason;
}
