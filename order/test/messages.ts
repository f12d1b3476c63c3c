import type { EventEnvelope } from '@souk/contracts/envelope';
import { type EventData, type Topic, TOPICS } from '@souk/contracts/topics';
import { eur, NOW } from './orders.ts';

/** A message as its service sends it. */
export function message<T extends Topic>(
  type: T,
  key: string,
  data: EventData<T>,
  changes: Partial<EventEnvelope<T>> = {},
): EventEnvelope<T> {
  return {
    id: Bun.randomUUIDv7(),
    type,
    source: `/souk/${TOPICS[type].madeBy}`,
    time: new Date(NOW).toISOString(),
    subject: key,
    schemaVersion: TOPICS[type].version,
    correlationId: key,
    causationId: null,
    aggregateVersion: 1,
    traceparent: null,
    data,
    ...changes,
  };
}

interface ProductChanges {
  readonly version?: number;
  readonly status?: 'draft' | 'active' | 'archived';
  readonly title?: string;
  readonly currency?: string;
}

/** A product with these SKUs and prices, as Product tells of it. */
export function product(id: string, prices: Readonly<Record<string, number>>, changes: ProductChanges = {}) {
  const { version = 1, status = 'active' as const, title = 'Blue mug', currency } = changes;
  const updatedAt = new Date(NOW + version).toISOString();
  return {
    id,
    slug: `product-${id}`,
    title,
    description: '',
    status,
    attributes: {},
    variants: Object.entries(prices).map(([sku, amount]) => ({
      sku,
      options: {},
      price: { ...eur(amount), ...(currency && { currency }) },
    })),
    version,
    createdAt: new Date(NOW).toISOString(),
    updatedAt,
  };
}

export function productMessage(told: ReturnType<typeof product>): EventEnvelope<'product.updated'> {
  return message('product.updated', told.id, { productId: told.id, version: told.version, product: told });
}
