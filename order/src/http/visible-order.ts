import { hasRole, type Principal } from '@souk/chassis/http/principal';
import { problem } from '@souk/chassis/http/problem';
import type { Order } from '../domain/order.ts';
import type { OrderReads } from '../storage/order-store.ts';

/** Customers see their own orders and do not learn of others; staff sees all. Throws the 404 problem. */
export function visibleOrder(reads: Pick<OrderReads, 'order'>) {
  return async (id: string, principal: Principal): Promise<Order> => {
    const order = await reads.order(id);
    if (order === undefined || !(order.userId === principal.userId || hasRole(principal, 'staff')))
      throw problem('not-found');
    return order;
  };
}
