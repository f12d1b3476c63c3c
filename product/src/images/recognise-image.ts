import type { ImageType } from '@souk/contracts/http/product';
import { gifSize } from './gif-size.ts';
import type { ImageSize } from './image-size.ts';
import { jpegSize } from './jpeg-size.ts';
import { pngSize } from './png-size.ts';
import { webpSize } from './webp-size.ts';

export interface RecognisedImage extends ImageSize {
  readonly contentType: ImageType;
}

const FORMATS: readonly (readonly [ImageType, (view: DataView) => ImageSize | undefined])[] = [
  ['image/png', pngSize],
  ['image/jpeg', jpegSize],
  ['image/webp', webpSize],
  ['image/gif', gifSize],
];

/**
 * Type of the image, judged by its bytes whatever its name or sender says, and its size in stored pixels. Nothing is
 * decompressed: only the structure of the format is followed, to its end. undefined: none of the four types, or cut off.
 */
export function recogniseImage(bytes: Uint8Array): RecognisedImage | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    for (const [contentType, sizeOf] of FORMATS) {
      const size = sizeOf(view);
      if (size !== undefined && size.width > 0 && size.height > 0) return { contentType, ...size };
    }
  } catch (error) {
    // A length in the file leads beyond its end.
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}
