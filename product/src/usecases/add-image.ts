import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { withImages } from '../domain/change.ts';
import { IMAGES_LIMIT, partsOf, type ProductImage } from '../domain/product-image.ts';
import type { ProductCollections } from '../storage/product-store.ts';
import { changeOfImages, type ImageAnswer } from './change-of-images.ts';
import type { ChangeRequest } from './change-of-product.ts';

interface AddRequest extends ChangeRequest {
  readonly image: Omit<ProductImage, 'id'>;
  readonly bytes: Uint8Array;
}

const NONE = new Uint8Array();

/** Adds an image, as the last one of its product. */
export const addImage: UseCase<ProductCollections, AddRequest, ImageAnswer> = {
  name: 'add image',
  keys: ({ productId }) => ({ products: [productId] }),
  decide({ productId, image, bytes, actor }, world, { now, newId }) {
    const product = world.get('products', productId);
    if (product === undefined) return { answer: { kind: 'product-unknown' } };
    if (product.images.length >= IMAGES_LIMIT) return { answer: { kind: 'too-many-images' } };
    const id = newId();
    const decision = changeOfImages(product, withImages(product, [...product.images, { id, ...image }], now), { id, actor });
    return { ...decision, puts: { ...decision.puts, imageBytes: [{ id, productId, size: bytes.byteLength, bytes: NONE }], imageParts: partsOf(id, bytes) } };
  },
};
