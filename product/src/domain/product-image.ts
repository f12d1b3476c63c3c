import type { ImageType, PatchProductImage } from '@souk/contracts/http/product';

/** An image of a product; its position is its index in the list. The bytes are stored apart, under the same id. */
export interface ProductImage {
  readonly id: string;
  readonly alt: string;
  /** pixels as stored; a viewer may rotate the image (EXIF) */
  readonly width: number;
  readonly height: number;
  readonly contentType: ImageType;
}

/** Immutable: another picture is another image. The bytes are stored in its parts. */
export interface ImageBytes {
  readonly id: string;
  readonly productId: string;
  /** null: the image is older than parts, and holds its bytes itself */
  readonly size: number | null;
  readonly bytes: Uint8Array;
}

/** A piece of an image; one read returns bytes of a single piece. */
export interface ImagePart {
  readonly id: string;
  readonly bytes: Uint8Array;
}

export const IMAGE_BYTES = 5 * 1024 * 1024;
export const PART_BYTES = 256 * 1024;

export function partId(imageId: string, part: number): string {
  return `${imageId}.${part}`;
}

/** The ids of all parts that an image can have. */
export function partIds(imageId: string): readonly string[] {
  return Array.from({ length: IMAGE_BYTES / PART_BYTES }, (_, part) => partId(imageId, part));
}

export function partsOf(imageId: string, bytes: Uint8Array): readonly ImagePart[] {
  const count = Math.ceil(bytes.byteLength / PART_BYTES);
  return Array.from({ length: count }, (_, part) => ({ id: partId(imageId, part), bytes: bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES) }));
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
