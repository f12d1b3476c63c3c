import type { ImageType, PatchProductImage } from '@souk/contracts/http/product-image';

/** An image of a product; its position is its place in the list. The bytes lie beside the product, under the same id. */
export interface ProductImage {
  readonly id: string;
  readonly alt: string;
  /** pixels as they are stored; a viewer may turn them (EXIF) */
  readonly width: number;
  readonly height: number;
  readonly contentType: ImageType;
}

/** Never changed: another picture is another image. */
export interface ImageBytes {
  readonly id: string;
  readonly productId: string;
  readonly bytes: Uint8Array;
}

export const IMAGES_LIMIT = 20;

export function imageOf({ images }: { readonly images: readonly ProductImage[] }, id: string): ProductImage | undefined {
  return images.find((image) => image.id === id);
}

/** The list after a merge patch; null when the position is beyond its end. */
export function patchedImages(
  images: readonly ProductImage[],
  before: ProductImage,
  { alt, position }: PatchProductImage,
): readonly ProductImage[] | null {
  const from = images.indexOf(before);
  const to = position ?? from;
  if (to >= images.length) return null;
  const isSame = alt === undefined || (alt ?? '') === before.alt;
  const after = isSame ? before : { ...before, alt: alt ?? '' };
  return images.toSpliced(from, 1).toSpliced(to, 0, after);
}
