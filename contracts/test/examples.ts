import type { AnyEvent, EventEnvelope } from '../src/envelope.ts';
import { eventSource, SERVICES, type ServiceName } from '../src/services.ts';
import { type EventData, type Topic, TOPICS } from '../src/topics.ts';

export const ID = '0198c0de-7a11-7c3e-8f00-00000000000a';
export const OTHER_ID = '0198c0de-7a11-7c3e-8f00-00000000000b';
export const AT = '2026-11-22T10:15:30.123Z';
export const EURO_20 = { amount: 1999, currency: 'EUR' };

export const ADDRESS = {
  name: 'Zoë Müller',
  line1: 'Lange Gasse 1',
  city: 'Wien',
  postalCode: '1080',
  country: 'AT',
};

const PRODUCT = {
  id: ID,
  slug: 'blue-mug',
  title: 'Blue mug',
  description: 'Holds tea.',
  status: 'active' as const,
  categoryIds: [OTHER_ID],
  images: [
    {
      id: OTHER_ID,
      url: `/products/${ID}/images/${OTHER_ID}`,
      alt: 'A blue mug',
      position: 0,
      width: 800,
      height: 600,
      contentType: 'image/webp' as const,
    },
  ],
  attributes: { material: 'stoneware' },
  variants: [{ sku: 'MUG-BLUE', options: { size: 'large' }, price: EURO_20 }],
  version: 2,
  createdAt: AT,
  updatedAt: AT,
};

const wholeProduct = { productId: ID, version: 2, product: PRODUCT };
const shortages = [{ sku: 'MUG-BLUE', requested: 3, available: 1 }];
const allocations = [{ sku: 'MUG-BLUE', warehouseId: OTHER_ID, quantity: 3 }];
const items = [{ sku: 'MUG-BLUE', quantity: 3 }];
const deadLetter: EventData<'order.dead_letter'> = {
  topic: 'order.created',
  key: ID,
  value: '{"orderId":1}',
  headers: { ce_id: ID },
  cause: 'the data does not fit order.created: /orderId Expected string',
  attempts: 3,
  firstFailedAt: AT,
  lastFailedAt: AT,
};

const deadLetters = Object.fromEntries(SERVICES.map((service) => [`${service}.dead_letter`, deadLetter])) as Record<`${ServiceName}.dead_letter`, EventData<'order.dead_letter'>>;

/** Data of every topic; the type makes a new topic without an example an error. */
export const EXAMPLES: { readonly [T in Topic]: EventData<T> } = {
  'order.created': { orderId: ID, userId: OTHER_ID, items, total: EURO_20 },
  'inventory.reserved': { orderId: ID, allocations },
  'inventory.failed': { orderId: ID, shortages },
  'order.ready_for_payment': { orderId: ID, userId: OTHER_ID, amount: EURO_20, paymentMethodId: OTHER_ID },
  'payment.completed': { orderId: ID, paymentId: OTHER_ID, amount: EURO_20, capturedAt: AT },
  'payment.failed': { orderId: ID, paymentId: OTHER_ID, reason: 'card_declined' },
  'order.completed': { orderId: ID, userId: OTHER_ID, items, total: EURO_20 },
  'order.rejected': { orderId: ID, userId: OTHER_ID, shortages },
  'order.cancelled': { orderId: ID, userId: OTHER_ID, reason: 'cancelled_by_customer' },
  'inventory.released': { orderId: ID, allocations, restocked: false },
  'payment.refunded': {
    orderId: ID,
    paymentId: OTHER_ID,
    refundId: OTHER_ID,
    amount: EURO_20,
    refundedTotal: EURO_20,
  },
  'product.created': wholeProduct,
  'product.updated': wholeProduct,
  'product.archived': wholeProduct,
  'product.price_changed': { ...wholeProduct, sku: 'MUG-BLUE', oldPrice: EURO_20, newPrice: EURO_20 },
  'order.shipped': { orderId: ID, userId: OTHER_ID, shipmentId: OTHER_ID, carrier: 'Post', trackingNumber: 'AT-1', shippedAt: AT },
  'order.delivered': { orderId: ID, userId: OTHER_ID, shipmentId: OTHER_ID, carrier: 'Post', trackingNumber: 'AT-1', deliveredAt: AT },
  'inventory.low': { sku: 'MUG-BLUE', available: 2, threshold: 5 },
  'user.updated': { userId: OTHER_ID, updatedAt: AT },
  'user.access_changed': { userId: OTHER_ID, changedAt: AT },
  ...deadLetters,
  'user.deleted': { userId: OTHER_ID, deletedAt: AT },
  'user.registered': { userId: ID, registeredAt: AT },
};

export function exampleEvent<T extends Topic>(type: T, change: Partial<EventEnvelope<T>> = {}): EventEnvelope<T> {
  return {
    id: OTHER_ID,
    type,
    source: eventSource(TOPICS[type].madeBy),
    time: AT,
    subject: ID,
    schemaVersion: TOPICS[type].version,
    correlationId: ID,
    causationId: null,
    aggregateVersion: 1,
    traceparent: null,
    data: EXAMPLES[type],
    ...change,
  };
}

export function orderCreated(change: Partial<EventEnvelope<'order.created'>> = {}): AnyEvent {
  return exampleEvent('order.created', change);
}
