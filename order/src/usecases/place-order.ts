import type { UseCase } from '@souk/chassis/writer/use-case';
import type { HistoryContext } from '../domain/history.ts';
import type { Deadlines } from '../domain/order.ts';
import { orderEvent } from '../domain/order-event.ts';
import { type OrderRequest, type Placement, placeOrder as decidePlacement } from '../domain/place-order.ts';
import type { OrderCollections } from '../storage/order-store.ts';
import { placeInHistory } from './record-advance.ts';

const context: HistoryContext = { to: 'placed', cause: { name: 'POST /orders' } };

/** Places an order at the prices of the catalogue copy. */
export function placeOrder(deadlines: Deadlines): UseCase<OrderCollections, OrderRequest, Placement> {
  return {
    name: 'place order',
    keys: ({ items }) => ({ catalogue: items.map(({ sku }) => sku) }),
    decide(request, world, { now, newId }) {
      const answer = decidePlacement(request, (sku) => world.get('catalogue', sku), { now, newId, deadlines });
      if (answer.kind === 'refused') return { answer };
      const { order } = answer;
      const created = { ...orderEvent('order.created', order), ...placeInHistory(order), context };
      return { answer, puts: { orders: [order] }, events: [created] };
    },
  };
}
