import { hasRole, type Principal } from '@souk/chassis/web/sign-in/principal';
import { type Problem, problem } from '@souk/chassis/web/problems/problem';
import type { Order } from '../domain/order.ts';
import type { OrderReads } from '../storage/order-store.ts';

/** The same answer for a missing order and for somebody else's, so that strangers cannot tell which it is. */
export function noSuchOrder(): Problem {
  return problem('not-found', { detail: 'There is no such order, or it is not yours: GET /orders lists those you may see.' });
}

/** Reads an order that the caller may see: customers see only their own and do not learn of others, staff sees all. Throws the 404 problem. */
export function visibleOrder(reads: Pick<OrderReads, 'order'>) {
  return async (id: string, principal: Principal): Promise<Order> => {
    const order = await reads.order(id);
    if (order === undefined || !(order.userId === principal.userId || hasRole(principal, 'staff')))
      throw noSuchOrder();
    return order;
  };
}
