import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { HistoryContext } from '../domain/history.ts';
import { type CustomerLimits, limitRefusal, piecesOf } from '../domain/customer-limits.ts';
import type { Deadlines } from '../domain/order.ts';
import { orderEvent } from '../domain/order-event.ts';
import { type OrderRequest, type Placement, placeOrder as decidePlacement } from '../domain/place-order.ts';
import type { OrderCollections } from '../storage/order-store.ts';
import { placeInHistory } from './advance-order.ts';

const context: HistoryContext = { to: 'placed', cause: { name: 'POST /orders' } };

/** Places an order at the prices of the catalogue copy, unless it would exceed its customer's limits. */
export function placeOrder(deadlines: Deadlines, limits: CustomerLimits): UseCase<OrderCollections, OrderRequest, Placement> {
  return {
    name: 'place order',
    canWait: true,
    keys: ({ items, userId }) => ({ customers: [userId], offers: items.map(({ sku }) => sku) }),
    decide(request, world, { now, newId }) {
      const answer = decidePlacement(request, (sku) => world.get('offers', sku), { now, newId, deadlines });
      if (answer.kind === 'refused') return { answer };
      const customer = world.get('customers', request.userId) ?? { id: request.userId, hasRow: false, orders: 0, pieces: 0 };
      const refusal = limitRefusal(limits, customer, request.items);
      if (refusal !== undefined) return { answer: { kind: 'refused', refusal } };
      const { order } = answer;
      const withIt = { ...customer, orders: customer.orders + 1, pieces: customer.pieces + piecesOf(request.items) };
      const created = { ...orderEvent('order.created', order), ...placeInHistory(order), context };
      return { answer, puts: { orders: [order], customers: [withIt] }, events: [created] };
    },
  };
}
