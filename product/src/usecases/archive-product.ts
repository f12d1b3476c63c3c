import type { UseCase } from '@souk/chassis/writer/use-case';
import { archive } from '../domain/change.ts';
import type { ProductCollections } from '../storage/product-store.ts';
import type { Answer } from './answer.ts';
import { changeOfProduct, type ChangeRequest } from './change-of-product.ts';

/** Takes a product out of sale; doing it again changes nothing. */
export const archiveProduct: UseCase<ProductCollections, ChangeRequest, Answer> = {
  name: 'archive product',
  keys: ({ productId }) => ({ products: [productId] }),
  decide({ productId, actor }, world, { now }) {
    const product = world.get('products', productId);
    if (product === undefined) return { answer: { kind: 'product-unknown' } };
    return changeOfProduct(product, archive(product, now), actor);
  },
};
