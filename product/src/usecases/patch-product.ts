import type { UseCase } from '@souk/chassis/writer/use-case';
import type { PatchProduct } from '@souk/contracts/http/product';
import { patch } from '../domain/change.ts';
import type { ProductCollections } from '../storage/product-store.ts';
import type { Answer } from './answer.ts';
import { changeOfProduct, type ChangeRequest, type RequireVersion } from './change-of-product.ts';

interface PatchRequest extends ChangeRequest {
  readonly asked: PatchProduct;
  readonly requireVersion: RequireVersion;
}

export const patchProduct: UseCase<ProductCollections, PatchRequest, Answer> = {
  name: 'patch product',
  keys: ({ productId, asked: { slug } }) => ({ products: [productId], slugs: slug === undefined ? [] : [slug] }),
  /** A product that moves to another slug gives its old one back. */
  moreKeys({ productId, asked }, world) {
    const slug = world.get('products', productId)?.slug;
    return asked.slug === undefined || slug === undefined ? {} : { slugs: [slug] };
  },
  decide({ productId, asked, actor, requireVersion }, world, { now }) {
    const product = world.get('products', productId);
    if (product === undefined) return { answer: { kind: 'product-unknown' } };
    requireVersion(product.version);
    const owner = asked.slug === undefined ? undefined : world.get('slugs', asked.slug)?.productId;
    if (owner !== undefined && owner !== productId) return { answer: { kind: 'slug-taken' } };
    return changeOfProduct(product, patch(product, asked, now), actor);
  },
};
