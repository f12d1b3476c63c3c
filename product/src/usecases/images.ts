import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { PatchProductImage, ProductImage as PublishedImage } from '@souk/contracts/http/product';
import { type Change, withImages } from '../domain/change-product.ts';
import { imageOf, IMAGES_LIMIT, partIds, partsOf, patchedImages, type ProductImage } from '../domain/product-image.ts';
import { imageRepresentation, type Product } from '../domain/product.ts';
import type { ProductCollections } from '../storage/product-store.ts';
import { type Answer, changeOfProduct, type ChangeRequest, type ProductDecisionOf, type Refusal } from './products.ts';

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

interface ImageRequest extends ChangeRequest {
  readonly imageId: string;
  /** Compares the image with the one that the caller means: throws when they differ. */
  readonly requireImage?: (id: string) => void;
}

interface PatchRequest extends ImageRequest {
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

/** Removes an image and, together with the new version of the product, its bytes; later images move up. */
export const deleteImage: UseCase<ProductCollections, ImageRequest, Answer> = {
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

/** The image as it is after the change. */
export type ImageAnswer = { readonly kind: 'done'; readonly image: PublishedImage } | ImageRefusal;

export type ImageRefusal =
  | Refusal
  | { readonly kind: 'too-many-images' }
  | { readonly kind: 'position-beyond'; readonly images: number };

/** A change of a product whose answer is one of its images. */
function changeOfImages(
  before: Product,
  change: Change,
  { id, actor }: { readonly id: string; readonly actor: string },
): ProductDecisionOf<ImageAnswer> {
  const { answer, ...decision } = changeOfProduct(before, change, actor);
  if (answer.kind !== 'done') return { answer };
  const { images } = answer.product;
  const position = images.findIndex((image) => image.id === id);
  const image = images[position];
  if (image === undefined) throw new Error(`image ${id} is gone after a change that keeps it`);
  return { ...decision, answer: { kind: 'done', image: imageRepresentation(before.id, image, position) } };
}
