import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { PutVariant } from '@souk/contracts/http/product';
import { putVariant as withVariant } from '../domain/change.ts';
import type { ProductCollections } from '../storage/product-store.ts';
import type { Answer } from './answer.ts';
import { changeOfProduct, type ChangeRequest, type RequireVersion } from './change-of-product.ts';

interface PutVariantRequest extends ChangeRequest {
  readonly sku: string;
  readonly asked: PutVariant;
  readonly requireVersion: RequireVersion;
}

/** Changes the price or the options of a variant, or adds it; refuses a SKU of another product. */
export const putVariant: UseCase<ProductCollections, PutVariantRequest, Answer> = {
  name: 'put variant',
  keys: ({ productId, sku }) => ({ products: [productId], skus: [sku] }),
  decide({ productId, sku, asked, actor, requireVersion }, world, { now }) {
    const product = world.get('products', productId);
    if (product === undefined) return { answer: { kind: 'product-unknown' } };
    requireVersion(product.version);
    const owner = world.get('skus', sku)?.productId;
    if (owner !== undefined && owner !== productId) return { answer: { kind: 'sku-taken', errors: [] } };
    return changeOfProduct(product, withVariant(product, sku, asked, now), actor);
  },
};
