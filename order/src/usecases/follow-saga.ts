import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { EventEnvelope } from '@souk/contracts/envelope';
import { advanceOrder } from '../domain/advance-order.ts';
import type { Deadlines, Order } from '../domain/order.ts';
import type { SagaMessageType } from '../domain/order-saga.ts';
import type { OrderCollections } from '../storage/order-store.ts';
import { recordAdvance } from './advance-order.ts';

/** A saga message as received; it narrows on `type`. */
export type SagaEnvelope = { [T in SagaMessageType]: EventEnvelope<T> }[SagaMessageType];

/** Learns from saga messages how the other services get on. A retried transaction reports the same again, which stays true. */
export interface SagaWatch {
  gatewayTook(ms: number): void;
  /** The request made about this order at `askedAt` is answered. */
  answered(status: keyof Deadlines, orderId: string, askedAt: number): void;
}

/** Advances an order on a message from Inventory or Payment. */
export function followSaga(deadlines: Deadlines, watch: SagaWatch): UseCase<OrderCollections, SagaEnvelope, void> {
  return {
    name: 'follow saga',
    keys: ({ data }) => ({ orders: [data.orderId] }),
    decide(message, world, { now, newId }) {
      const order = world.get('orders', message.data.orderId);
      if (order === undefined) return { answer: undefined, anomaly: `${message.type}: there is no such order` };
      learnFrom(message, order, watch);
      const advance = advanceOrder(order, message, { now, newId, deadlines });
      const cause = { name: message.type, at: Date.parse(message.time), by: message.causationId };
      return { answer: undefined, ...recordAdvance(order, advance, cause) };
    },
  };
}

function learnFrom({ type, data }: SagaEnvelope, { id, status, placedAt, updatedAt }: Order, watch: SagaWatch): void {
  if (type === 'inventory.reserved' || type === 'inventory.failed') watch.answered('placed', id, placedAt);
  // In later states the order no longer tells when Payment was asked.
  else if ((type === 'payment.completed' || type === 'payment.failed') && status === 'awaiting_payment') watch.answered('awaiting_payment', id, updatedAt);
  if ('gatewayMs' in data && data.gatewayMs !== undefined) watch.gatewayTook(data.gatewayMs);
}
