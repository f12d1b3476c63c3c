import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { advanceOrder } from '../domain/advance-order.ts';
import type { Deadlines } from '../domain/order.ts';
import type { OrderCollections } from '../storage/order-store.ts';
import { recordAdvance } from './advance-order.ts';

/** Gives up an order that has timed out. Its deadline is checked again, because it may have moved on since it was found. */
export function passDeadline(deadlines: Deadlines): UseCase<OrderCollections, string, void> {
  return {
    name: 'pass deadline',
    keys: (orderId) => ({ orders: [orderId] }),
    decide(orderId, world, { now, newId }) {
      const order = world.get('orders', orderId);
      if (order === undefined || order.deadlineAt === null || order.deadlineAt > now) return { answer: undefined };
      const advance = advanceOrder(order, { type: 'deadline' }, { now, newId, deadlines });
      return { answer: undefined, ...recordAdvance(order, advance, { name: 'deadline' }) };
    },
  };
}
