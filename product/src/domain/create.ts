import type { CreateProduct } from '@souk/contracts/http/product';
import type { Product } from './product.ts';

/** A new product is a draft: only staff sees it until it is made active. */
export function newProduct(asked: CreateProduct, identity: { id: string; slug: string; now: number }): Product {
  return {
    id: identity.id,
    slug: identity.slug,
    title: asked.title,
    description: asked.description ?? '',
    status: 'draft',
    categoryIds: asked.categoryIds ?? [],
    attributes: asked.attributes ?? {},
    variants: asked.variants.map(({ sku, options = {}, price }) => ({ sku, options, price })),
    images: [],
    version: 1,
    createdAt: identity.now,
    updatedAt: identity.now,
  };
}
