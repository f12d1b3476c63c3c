import type { Money } from '@souk/contracts/money';
import type { EventData } from '@souk/contracts/topics';
import type { Product } from './product.ts';
import { published } from './published.ts';

type ProductTopic = 'product.created' | 'product.updated' | 'product.price_changed' | 'product.archived';

/** What happened to a product: exactly one for each version, and each carries the whole product. */
export type ProductFact = { [T in ProductTopic]: { readonly type: T; readonly data: EventData<T> } }[ProductTopic];

export function created(product: Product): ProductFact {
  return { type: 'product.created', data: whole(product) };
}

export function updated(product: Product): ProductFact {
  return { type: 'product.updated', data: whole(product) };
}

export function archived(product: Product): ProductFact {
  return { type: 'product.archived', data: whole(product) };
}

export function priceChanged(product: Product, sku: string, oldPrice: Money, newPrice: Money): ProductFact {
  return { type: 'product.price_changed', data: { ...whole(product), sku, oldPrice, newPrice } };
}

function whole(product: Product) {
  return { productId: product.id, version: product.version, product: published(product) };
}
