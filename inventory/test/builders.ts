import { newId } from '@souk/chassis/ids';
import type { EventEnvelope } from '@souk/contracts/envelope';
import { type EventData, type Topic, TOPICS } from '@souk/contracts/topics';
import type { Reservation } from '../src/domain/reservation-saga.ts';
import type { Warehouse } from '../src/domain/warehouse.ts';

export function aWarehouse(changes: Partial<Warehouse> = {}): Warehouse {
  return { id: newId(), name: 'Lyon', priority: 1, active: true, version: 1, ...changes };
}

export function aReservation(changes: Partial<Reservation> = {}): Reservation {
  return { orderId: newId(), status: 'reserved', lines: [], version: 1, createdAt: 1, updatedAt: 1, ...changes };
}

/** An event as its maker would send it. */
function anEvent<T extends Topic>(type: T, subject: string, data: EventData<T>, version = 1): EventEnvelope<T> {
  return {
    id: newId(),
    type,
    source: `/souk/${TOPICS[type].madeBy}`,
    time: new Date().toISOString(),
    subject,
    schemaVersion: TOPICS[type].version,
    correlationId: subject,
    causationId: null,
    aggregateVersion: version,
    traceparent: null,
    data,
  };
}

type Items = EventData<'order.created'>['items'];

const USER = newId();
const TOTAL = { amount: 1000, currency: 'EUR' };

export function orderCreated(orderId: string, items: Items) {
  return anEvent('order.created', orderId, { orderId, userId: USER, items, total: TOTAL });
}

export function orderCompleted(orderId: string, items: Items = [{ sku: 'cup', quantity: 1 }]) {
  const data = { orderId, userId: USER, items, total: TOTAL };
  return anEvent('order.completed', orderId, data);
}

export function orderCancelled(orderId: string) {
  return anEvent('order.cancelled', orderId, { orderId, userId: USER, reason: 'cancelled_by_customer' });
}

type ProductData = EventData<'product.created'>['product'];

export function productCreated(productId: string, skus: readonly string[], version = 1, status: ProductData['status'] = 'active') {
  const time = new Date().toISOString();
  const product: ProductData = {
    id: productId,
    slug: `product-${productId}`,
    title: 'Teapot',
    description: '',
    status,
    attributes: {},
    variants: skus.map((sku) => ({ sku, options: {}, price: TOTAL })),
    version,
    createdAt: time,
    updatedAt: time,
  };
  return anEvent('product.created', productId, { productId, version, product }, version);
}
