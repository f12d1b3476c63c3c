import type { Product as PublishedProduct } from '@souk/contracts/http/product';
import type { Product } from './product.ts';

/** The product as others see it, in answers and in events. */
export function published(product: Product): PublishedProduct {
  return {
    id: product.id,
    slug: product.slug,
    title: product.title,
    description: product.description,
    status: product.status,
    attributes: product.attributes,
    variants: [...product.variants],
    version: product.version,
    createdAt: new Date(product.createdAt).toISOString(),
    updatedAt: new Date(product.updatedAt).toISOString(),
  };
}
