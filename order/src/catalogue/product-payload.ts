import type { AnyEvent } from '@souk/contracts/envelope';
import type { ProductState } from '../domain/catalogue.ts';
import { productState } from './product-state.ts';

/** The topics that a product's whole state is told in. */
export const PRODUCT_TOPICS = ['product.created', 'product.updated', 'product.price_changed', 'product.archived'] as const;

export type ProductTopic = (typeof PRODUCT_TOPICS)[number];

/** undefined: it tells of no product. */
export function productPayload(event: AnyEvent): ProductState | undefined {
  switch (event.type) {
    case 'product.created':
    case 'product.updated':
    case 'product.price_changed':
    case 'product.archived':
      return productState(event.data.product);
    default:
      return undefined;
  }
}
