import type { AnyEvent } from '@souk/contracts/envelope';
import type { ProductState } from '../domain/catalogue.ts';
import { productState } from './product-state.ts';

/** Topics whose events carry the whole state of a product. */
export const PRODUCT_TOPICS = ['product.created', 'product.updated', 'product.price_changed', 'product.archived'] as const;

export type ProductTopic = (typeof PRODUCT_TOPICS)[number];

/** The product that an event carries; undefined: it carries none. */
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
