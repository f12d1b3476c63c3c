import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { archive } from '../domain/change.ts';
import type { ProductCollections } from '../storage/product-store.ts';
import type { Answer } from './answer.ts';
import { changeOfProduct, type ChangeRequest, type RequireVersion } from './change-of-product.ts';

interface ArchiveRequest extends ChangeRequest {
  readonly requireVersion?: RequireVersion;
}

/** Takes a product off sale; doing it again changes nothing. */
export const archiveProduct: UseCase<ProductCollections, ArchiveRequest, Answer> = {
  name: 'archive product',
  keys: ({ productId }) => ({ products: [productId] }),
  decide({ productId, actor, requireVersion }, world, { now }) {
    const product = world.get('products', productId);
    if (product === undefined) return { answer: { kind: 'product-unknown' } };
    requireVersion?.(product.version);
    return changeOfProduct(product, archive(product, now), actor);
  },
};
