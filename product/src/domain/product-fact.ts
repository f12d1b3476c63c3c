import type { Money } from '@souk/contracts/money';
import type { EventData } from '@souk/contracts/topics';
import type { Product } from './product.ts';
import { productRepresentation } from './product-representation.ts';

type ProductTopic = 'product.created' | 'product.updated' | 'product.price_changed' | 'product.archived';

/** The event of a change to a product: exactly one for each version, and each carries the whole product. */
export type ProductFact = { [T in ProductTopic]: { readonly type: T; readonly data: EventData<T> } }[ProductTopic];

export function created(product: Product): ProductFact {
  return { type: 'product.created', data: whole(product) };
}

export function updated(product: Product): ProductFact {
  return { type: 'product.updated', data: whole(product) };
}

/**
 * Works whatever the product's size: an archiving that cannot be published would leave the product on sale. Above
 * `WORDS_LIMIT` the event has no description, attributes, images or options; the event that brings the product back has them.
 */
export function archived(product: Product): ProductFact {
  const data = whole(product);
  if (Buffer.byteLength(JSON.stringify(data)) <= WORDS_LIMIT) return { type: 'product.archived', data };
  const variants = data.product.variants.map((variant) => ({ ...variant, options: {} }));
  return { type: 'product.archived', data: { ...data, product: { ...data.product, description: '', attributes: {}, images: [], variants } } };
}

/** Bytes; an event may have 1,048,576 including its headers. */
const WORDS_LIMIT = 1_000_000;

export function priceChanged(product: Product, sku: string, oldPrice: Money, newPrice: Money): ProductFact {
  return { type: 'product.price_changed', data: { ...whole(product), sku, oldPrice, newPrice } };
}

function whole(product: Product) {
  return { productId: product.id, version: product.version, product: productRepresentation(product) };
}
