import type { ImageType } from '@souk/contracts/http/product';

interface ImageSize {
  readonly width: number;
  readonly height: number;
}

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

const PNG_SIGNATURE = [0x89504e47, 0x0d0a1a0a] as const;
const PNG_FIRST_CHUNK = 8;
/** bytes of length, type and checksum */
const AROUND_PNG_DATA = 12;

/** Size of a PNG (third edition, 5 and 11): follows the chunks from IHDR to IEND. */
function pngSize(view: DataView): ImageSize | undefined {
  if (view.byteLength < PNG_FIRST_CHUNK || !PNG_SIGNATURE.every((word, at) => view.getUint32(at * 4) === word)) return undefined;
  if (!hasLetters(view, PNG_FIRST_CHUNK + 4, 'IHDR')) return undefined;
  let hasPixels = false;
  let at = PNG_FIRST_CHUNK;
  while (!hasLetters(view, at + 4, 'IEND')) {
    hasPixels ||= hasLetters(view, at + 4, 'IDAT');
    at += AROUND_PNG_DATA + view.getUint32(at);
  }
  return hasPixels && at + AROUND_PNG_DATA <= view.byteLength ? { width: view.getUint32(16), height: view.getUint32(20) } : undefined;
}

const JPEG_SCAN = 0xda;
/** Markers C0 to CF begin a frame, except these (DHT, JPG, DAC). */
const JPEG_TABLES = [0xc4, 0xc8, 0xcc];

/** Size of a JPEG (ITU-T T.81, B.1 and B.2.2): segments up to the frame header, then a scan, then the end of the image. */
function jpegSize(view: DataView): ImageSize | undefined {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  let size: ImageSize | undefined;
  let at = 2;
  for (;;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === JPEG_SCAN) break;
    // Fill bytes FF may precede a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && !JPEG_TABLES.includes(marker)) {
      size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return size !== undefined && hasJpegEnd(view, at) ? size : undefined;
}

/** Searches for the end marker from the back, because cameras append data to it. */
function hasJpegEnd(view: DataView, scan: number): boolean {
  for (let at = view.byteLength - 2; at > scan; at -= 1) {
    if (view.getUint16(at) === 0xffd9) return true;
  }
  return false;
}

const WEBP_DATA = 20;

/** Size of a WebP (RFC 9649, 2.3 to 2.7): RIFF with one of three kinds of first chunk. */
function webpSize(view: DataView): ImageSize | undefined {
  if (!hasLetters(view, 0, 'RIFF') || !hasLetters(view, 8, 'WEBP')) return undefined;
  if (view.getUint32(4, true) + 8 > view.byteLength) return undefined;
  if (hasLetters(view, 12, 'VP8X')) return { width: uint24(view, WEBP_DATA + 4) + 1, height: uint24(view, WEBP_DATA + 7) + 1 };
  if (hasLetters(view, 12, 'VP8L')) return losslessSize(view);
  return hasLetters(view, 12, 'VP8 ') ? lossySize(view) : undefined;
}

function losslessSize(view: DataView): ImageSize | undefined {
  if (view.getUint8(WEBP_DATA) !== 0x2f) return undefined;
  const bits = view.getUint32(WEBP_DATA + 1, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** The key frame's start code, then width and height in 14 bits each. */
function lossySize(view: DataView): ImageSize | undefined {
  if (uint24(view, WEBP_DATA + 3) !== 0x2a019d) return undefined;
  return { width: view.getUint16(WEBP_DATA + 6, true) & 0x3fff, height: view.getUint16(WEBP_DATA + 8, true) & 0x3fff };
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

const GIF_EXTENSION = 0x21;
const GIF_FRAME = 0x2c;
const GIF_TRAILER = 0x3b;

/** Size of a GIF (GIF89a, 17 to 27): the screen, enlarged to hold every frame, as viewers do. Follows the blocks to the trailer. */
function gifSize(view: DataView): ImageSize | undefined {
  if (!hasLetters(view, 0, 'GIF87a') && !hasLetters(view, 0, 'GIF89a')) return undefined;
  let width = view.getUint16(6, true);
  let height = view.getUint16(8, true);
  let frames = 0;
  let at = 13 + colours(view.getUint8(10));
  for (;;) {
    const kind = view.getUint8(at);
    if (kind === GIF_TRAILER) return frames > 0 ? { width, height } : undefined;
    if (kind === GIF_EXTENSION) {
      at = afterBlocks(view, at + 2);
    } else if (kind === GIF_FRAME) {
      frames += 1;
      width = Math.max(width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true));
      height = Math.max(height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true));
      at = afterBlocks(view, at + 11 + colours(view.getUint8(at + 9)));
    } else {
      return undefined;
    }
  }
}

/** Bytes of the colour table that these flags announce. */
function colours(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

function afterBlocks(view: DataView, start: number): number {
  let at = start;
  while (view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
  return at + 1;
}

/** True when these ASCII letters stand at `at`. */
function hasLetters(view: DataView, at: number, letters: string): boolean {
  return view.byteLength >= at + letters.length && Array.from(letters).every((letter, index) => view.getUint8(at + index) === letter.charCodeAt(0));
}
