import { hasRole, type Principal } from '@souk/chassis/web/sign-in/principal';
import { type Problem, problem } from '@souk/chassis/web/problems/problem';
import type { Order } from '../domain/order.ts';
import type { OrderReads } from '../storage/order-store.ts';

/** One answer for an order that is not there and one that is not theirs: strangers do not learn which. */
export function noSuchOrder(): Problem {
  return problem('not-found', { detail: 'There is no such order, or it is not yours: GET /orders lists those you may see.' });
}

/** Customers see their own orders and do not learn of others; staff sees all. Throws the 404 problem. */
export function visibleOrder(reads: Pick<OrderReads, 'order'>) {
  return async (id: string, principal: Principal): Promise<Order> => {
    const order = await reads.order(id);
    if (order === undefined || !(order.userId === principal.userId || hasRole(principal, 'staff')))
      throw noSuchOrder();
    return order;
  };
}
