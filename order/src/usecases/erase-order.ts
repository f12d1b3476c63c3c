import type { Decision, UseCase } from '@souk/chassis/engine/writer/use-case';
import { advanceOrder } from '../domain/advance-order.ts';
import { erasedEvent, erasedOrder } from '../domain/erase-person.ts';
import { awaitsDelivery, type Deadlines, type Order } from '../domain/order.ts';
import type { OrderCollections, ToErase } from '../storage/order-store.ts';
import { placeInHistory, recordAdvance } from './advance-order.ts';

type Recorded = Omit<Decision<OrderCollections, void>, 'answer'>;

/**
 * Handles an order of a deleted user as the saga's table says: an open order is cancelled and erased; one that awaits delivery is kept until that is
 * over; any other is erased.
 * An order that has moved on since it was found is left for the next round, because its newest event was not read.
 */
export function eraseOrder(deadlines: Deadlines): UseCase<OrderCollections, ToErase, void> {
  return {
    name: 'erase order',
    keys: ({ id }) => ({ orders: [id], ordersToErase: [id] }),
    decide({ id, version, told, deletedAt }, world, { now, newId }) {
      const order = world.get('orders', id);
      const isWaiting = world.get('ordersToErase', id) !== undefined;
      if (order === undefined || (order.version !== version && order.erasedAt === null)) return { answer: undefined };
      const over = isWaiting ? { removes: { ordersToErase: [id] } } : {};
      if (order.erasedAt !== null) return { answer: undefined, ...over };
      const advance = advanceOrder(order, { type: 'user.deleted', at: now }, { now, newId, deadlines });
      const cause = { name: 'user.deleted', ...(deletedAt !== null && { at: deletedAt }) } as const;
      const before = recordAdvance(order, advance, cause);
      const after = 'order' in advance ? advance.order : order;
      if (awaitsDelivery(after)) return { answer: undefined, ...before, ...over };
      const erased = erasing(after, told, now);
      const events = [...(before.events ?? []), ...(erased.events ?? [])];
      return { answer: undefined, ...erased, ...over, events };
    },
  };
}

/** Erases personal data from an order, from its events and from the notes stored with them. */
function erasing(order: Order, told: ToErase['told'], now: number): Recorded {
  const after: Order = { ...erasedOrder(order), erasedAt: now, version: order.version + 1, updatedAt: now };
  const note = { note: 'address erased', ...placeInHistory(after), context: { cause: { name: 'user.deleted' } } };
  return { puts: { orders: [after], rewrittenEvents: told.map(erasedEvent) }, events: [note] };
}
