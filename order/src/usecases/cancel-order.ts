import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { advanceOrder } from '../domain/advance-order.ts';
import type { HistoryCause } from '../domain/history.ts';
import type { Deadlines, Order } from '../domain/order.ts';
import type { OrderCollections } from '../storage/order-store.ts';
import { recordAdvance } from './advance-order.ts';

export interface CancellationRequest {
  readonly orderId: string;
  /** The caller. */
  readonly userId: string;
  /** Staff may cancel the orders of others. */
  readonly isStaff: boolean;
  readonly note?: string;
  /** Throws when the caller has named a version (If-Match) and the order has another one. */
  readonly requireVersion?: (version: number) => void;
}

export type CancellationAnswer =
  | { readonly kind: 'cancelled'; readonly order: Order }
  | { readonly kind: 'not-cancellable'; readonly order: Order }
  | { readonly kind: 'not-found' };

/** Cancels an order; an order that is already cancelled is answered unchanged. */
export function cancelOrder(deadlines: Deadlines): UseCase<OrderCollections, CancellationRequest, CancellationAnswer> {
  return {
    name: 'cancel order',
    keys: ({ orderId }) => ({ orders: [orderId] }),
    decide({ orderId, userId, isStaff, note, requireVersion }, world, { now, newId }) {
      const order = world.get('orders', orderId);
      const isOwn = order?.userId === userId;
      if (order === undefined || !(isOwn || isStaff)) return { answer: { kind: 'not-found' } };
      requireVersion?.(order.version);
      const reason = isOwn ? 'cancelled_by_customer' : 'cancelled_by_staff';
      const advance = advanceOrder(order, { type: 'cancel', reason }, { now, newId, deadlines });
      if (advance.kind === 'refused') return { answer: { kind: 'not-cancellable', order } };
      // An erased order is not visited again to remove a note, so it takes none.
      const said = order.erasedAt === null ? note : undefined;
      const cause: HistoryCause = { name: 'cancellation', ...(said !== undefined && { note: said }) };
      const after = advance.kind === 'moved' ? advance.order : order;
      return { answer: { kind: 'cancelled', order: after }, ...recordAdvance(order, advance, cause) };
    },
  };
}
