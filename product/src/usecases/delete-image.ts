import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { withImages } from '../domain/change.ts';
import { imageOf, partIds } from '../domain/product-image.ts';
import type { ProductCollections } from '../storage/product-store.ts';
import type { Answer } from './answer.ts';
import { changeOfProduct, type ChangeRequest } from './change-of-product.ts';

interface DeleteRequest extends ChangeRequest {
  readonly imageId: string;
  /** Compares the image with the one that the caller means: throws when they differ. */
  readonly requireImage?: (id: string) => void;
}

/** Removes an image and, together with the new version of the product, its bytes; later images move up. */
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
