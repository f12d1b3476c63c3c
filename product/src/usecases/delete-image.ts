import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { withImages } from '../domain/change.ts';
import { imageOf, partIds } from '../domain/product-image.ts';
import type { ProductCollections } from '../storage/product-store.ts';
import type { Answer } from './answer.ts';
import { changeOfProduct, type ChangeRequest } from './change-of-product.ts';

interface DeleteRequest extends ChangeRequest {
  readonly imageId: string;
  /** The caller says which image it takes this one for: throws when it is another. */
  readonly requireImage?: (id: string) => void;
}

/** The bytes go with the version of the product that has them no more; those after it move up. */
export const deleteImage: UseCase<ProductCollections, DeleteRequest, Answer> = {
  name: 'delete image',
  keys: ({ productId, imageId }) => ({ products: [productId], imageBytes: [imageId], imageParts: partIds(imageId) }),
  decide({ productId, imageId, actor, requireImage }, world, { now }) {
    const product = world.get('products', productId);
    const image = product && imageOf(product, imageId);
    if (product === undefined || image === undefined) return { answer: { kind: 'product-unknown' } };
    requireImage?.(image.id);
    const parts = partIds(imageId).filter((id) => world.get('imageParts', id) !== undefined);
    const left = product.images.filter((one) => one !== image);
    return { ...changeOfProduct(product, withImages(product, left, now), actor), removes: { imageBytes: [imageId], imageParts: parts } };
  },
};
