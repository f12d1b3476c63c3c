import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { PatchProduct } from '@souk/contracts/http/product';
import { patch } from '../domain/change.ts';
import type { ProductCollections } from '../storage/product-store.ts';
import type { Answer } from './answer.ts';
import { keysOfCategories, unknownCategories, useAfter } from './categories-of-product.ts';
import { changeOfProduct, type ChangeRequest, type RequireVersion } from './change-of-product.ts';

interface PatchRequest extends ChangeRequest {
  readonly asked: PatchProduct;
  readonly requireVersion: RequireVersion;
}

export const patchProduct: UseCase<ProductCollections, PatchRequest, Answer> = {
  name: 'patch product',
  keys: ({ productId, asked: { slug, categoryIds } }) => ({
    products: [productId],
    slugs: slug === undefined ? [] : [slug],
    ...keysOfCategories(categoryIds ?? []),
  }),
  /** Adds the old slug, which a new one frees, and the categories that the product may leave. */
  moreKeys({ productId, asked }, world) {
    const before = world.get('products', productId);
    if (before === undefined) return {};
    return {
      ...(asked.slug !== undefined && { slugs: [before.slug] }),
      ...(asked.categoryIds !== undefined && keysOfCategories(before.categoryIds)),
    };
  },
  decide({ productId, asked, actor, requireVersion }, world, { now }) {
    const product = world.get('products', productId);
    if (product === undefined) return { answer: { kind: 'product-unknown' } };
    requireVersion(product.version);
    const owner = asked.slug === undefined ? undefined : world.get('slugs', asked.slug)?.productId;
    if (owner !== undefined && owner !== productId) return { answer: { kind: 'slug-taken' } };
    const { categoryIds } = asked;
    const unknown = unknownCategories(categoryIds ?? [], world);
    if (unknown.length > 0) return { answer: { kind: 'category-unknown', errors: unknown } };
    const use = categoryIds === undefined ? [] : useAfter(product.categoryIds, categoryIds ?? [], world);
    return changeOfProduct(product, patch(product, asked, now), actor, use);
  },
};
