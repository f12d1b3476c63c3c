import type { EventEnvelope } from '@souk/contracts/envelope';
import { eventSource } from '@souk/contracts/services';
import { type EventData, type Topic, TOPICS } from '@souk/contracts/topics';
import { CUSTOMER, eur, NOW, ORDER, uuid } from './builders.ts';

/** An event as another service sends it. */
function eventOf<T extends Topic>(type: T, subject: string, data: EventData<T>): EventEnvelope<T> {
  const made = { id: Bun.randomUUIDv7(), source: eventSource(TOPICS[type].madeBy), time: new Date(NOW).toISOString(), schemaVersion: 1 };
  return {
    ...made,
    type,
    subject,
    correlationId: subject,
    causationId: null,
    aggregateVersion: 1,
    traceparent: null,
    data,
  };
}

export function readyForPayment(changes: Partial<EventData<'order.ready_for_payment'>> = {}) {
  const data = { orderId: ORDER, userId: CUSTOMER, amount: eur(1000), paymentMethodId: uuid(0xf), ...changes };
  return eventOf('order.ready_for_payment', data.orderId, data);
}

export function cancelledOrder(changes: Partial<EventData<'order.cancelled'>> = {}) {
  const data = { orderId: ORDER, userId: CUSTOMER, reason: 'cancelled_by_customer' as const, ...changes };
  return eventOf('order.cancelled', data.orderId, data);
}

export function deletedUser(userId: string, at = NOW) {
  return eventOf('user.deleted', userId, { userId, deletedAt: new Date(at).toISOString() });
}
