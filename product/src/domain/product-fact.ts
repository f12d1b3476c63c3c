import type { Money } from '@souk/contracts/money';
import type { EventData } from '@souk/contracts/topics';
import type { Product } from './product.ts';
import { productRepresentation } from './product-representation.ts';

type ProductTopic = 'product.created' | 'product.updated' | 'product.price_changed' | 'product.archived';

/** What happened to a product: exactly one for each version, and each carries the whole product. */
export type ProductFact = { [T in ProductTopic]: { readonly type: T; readonly data: EventData<T> } }[ProductTopic];

export function created(product: Product): ProductFact {
  return { type: 'product.created', data: whole(product) };
}

export function updated(product: Product): ProductFact {
  return { type: 'product.updated', data: whole(product) };
}

/**
 * Whatever its size: what cannot be told would go on being sold. Of a product at the limit of what an event carries, an
 * archived one is told without its words; they come again with the event that brings the product back.
 */
export function archived(product: Product): ProductFact {
  const data = whole(product);
  if (Buffer.byteLength(JSON.stringify(data)) <= WORDS_LIMIT) return { type: 'product.archived', data };
  const variants = data.product.variants.map((variant) => ({ ...variant, options: {} }));
  return { type: 'product.archived', data: { ...data, product: { ...data.product, description: '', attributes: {}, images: [], variants } } };
}

/** Bytes; an event carries 1,048,576 with its headers. */
const WORDS_LIMIT = 1_000_000;

export function priceChanged(product: Product, sku: string, oldPrice: Money, newPrice: Money): ProductFact {
  return { type: 'product.price_changed', data: { ...whole(product), sku, oldPrice, newPrice } };
}

function whole(product: Product) {
  return { productId: product.id, version: product.version, product: productRepresentation(product) };
}
