import type { UseCase } from '@souk/chassis/writer/use-case';
import { erasedAddress } from '../domain/erase-address.ts';
import { erasedEvent } from '../domain/erase-event.ts';
import type { Order } from '../domain/order.ts';
import type { OrderCollections, ToErase } from '../storage/order-store.ts';
import { placeInHistory } from './record-advance.ts';

/**
 * Takes the address out of an order and out of the event that told of it, and from its cancellation what somebody wrote
 * there; goods and money stay, the ledger needs them.
 * An order that has moved on since it was found is left for the next round: its newest event was not seen.
 */
export const eraseOrder: UseCase<OrderCollections, ToErase, void> = {
  name: 'erase order',
  keys: ({ id }) => ({ orders: [id] }),
  decide({ id, version, told }, world, { now }) {
    const order = world.get('orders', id);
    if (order === undefined || order.version !== version || order.erasedAt !== null) return { answer: undefined };
    const shippingAddress = erasedAddress(order.shippingAddress);
    const after: Order = { ...order, shippingAddress, erasedAt: now, version: version + 1, updatedAt: now };
    const erased = told.map(erasedEvent);
    const note = { note: 'address erased', ...placeInHistory(after), context: { cause: { name: 'user.deleted' } } };
    return { answer: undefined, puts: { orders: [after], rewrittenEvents: erased }, events: [note] };
  },
};
