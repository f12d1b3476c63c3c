import type { ProductImage as PublishedImage } from '@souk/contracts/http/product';
import type { Change } from '../domain/change.ts';
import type { Product } from '../domain/product.ts';
import { imageRepresentation } from '../domain/product-representation.ts';
import type { Refusal } from './answer.ts';
import { changeOfProduct, type ProductDecisionOf } from './change-of-product.ts';

export type ImageRefusal =
  | Refusal
  | { readonly kind: 'too-many-images' }
  | { readonly kind: 'position-beyond'; readonly images: number };

/** The image as it is after the change. */
export type ImageAnswer = { readonly kind: 'done'; readonly image: PublishedImage } | ImageRefusal;

/** A change of a product whose answer is one of its images. */
export function changeOfImages(
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
