import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { PatchProductImage } from '@souk/contracts/http/product';
import { withImages } from '../domain/change.ts';
import { imageOf, patchedImages } from '../domain/product-image.ts';
import type { ProductCollections } from '../storage/product-store.ts';
import { changeOfImages, type ImageAnswer } from './change-of-images.ts';
import type { ChangeRequest } from './change-of-product.ts';

interface PatchRequest extends ChangeRequest {
  readonly imageId: string;
  /** Compares the image with the one that the caller means: throws when they differ. */
  readonly requireImage?: (id: string) => void;
  readonly asked: PatchProductImage;
}

export const patchImage: UseCase<ProductCollections, PatchRequest, ImageAnswer> = {
  name: 'patch image',
  keys: ({ productId }) => ({ products: [productId] }),
  decide({ productId, imageId, asked, actor, requireImage }, world, { now }) {
    const product = world.get('products', productId);
    const image = product && imageOf(product, imageId);
    if (product === undefined || image === undefined) return { answer: { kind: 'product-unknown' } };
    requireImage?.(image.id);
    const images = patchedImages(product.images, image, asked);
    if (images === null) return { answer: { kind: 'position-beyond', images: product.images.length } };
    return changeOfImages(product, withImages(product, images, now), { id: imageId, actor });
  },
};
