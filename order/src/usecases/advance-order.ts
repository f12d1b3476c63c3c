import type { Decision, Entities } from '@souk/chassis/engine/writer/use-case';
import type { Advance } from '../domain/advance-order.ts';
import type { HistoryCause, HistoryContext } from '../domain/history.ts';
import { awaitsDelivery, type Order } from '../domain/order.ts';
import type { OrderCollections } from '../storage/order-store.ts';

type Recorded = Omit<Decision<OrderCollections, void>, 'answer'>;

/** The changes that an advance makes: the order, and one history entry that says from where, to where and why. */
export function recordAdvance(before: Order, advance: Advance, cause: HistoryCause): Recorded {
  switch (advance.kind) {
    case 'moved': {
      const { order, event } = advance;
      const context: HistoryContext = { from: before.status, to: order.status, ...because(order.reason), cause };
      return { puts: changed(before, order), events: [{ ...event, ...placeInHistory(order), context }] };
    }
    case 'recorded': {
      const { order, because: reason } = advance;
      return {
        puts: changed(before, order),
        events: [{ note: 'recorded', ...placeInHistory(order), context: { reason, cause } }],
      };
    }
    case 'anomaly':
      return { anomaly: advance.cause };
    case 'ignored':
    case 'refused':
      return {};
    default:
      return advance satisfies never;
  }
}

/** The order; when its delivery has just ended and its customer is deleted, also a mark that it can be erased. */
export function changed(before: Order, after: Order): Entities<OrderCollections> {
  const isOver = before.leftAt !== null && awaitsDelivery(before) && !awaitsDelivery(after);
  return { orders: [after], ...(isOver && { ordersToErase: [{ orderId: after.id }] }) };
}

/** An order's history is the stream of its own id; its messages have that id as their key. */
export function placeInHistory({ id, version }: Order) {
  return { key: id, stream: id, version };
}

function because(reason: Order['reason']): { reason?: string } {
  return reason === null ? {} : { reason };
}
