import { hasLetters, type ImageSize } from './image-size.ts';

const DATA = 20;

/** Size of a WebP (RFC 9649, 2.3 to 2.7): RIFF with one of three kinds of first chunk. */
export function webpSize(view: DataView): ImageSize | undefined {
  if (!hasLetters(view, 0, 'RIFF') || !hasLetters(view, 8, 'WEBP')) return undefined;
  if (view.getUint32(4, true) + 8 > view.byteLength) return undefined;
  if (hasLetters(view, 12, 'VP8X')) return { width: uint24(view, DATA + 4) + 1, height: uint24(view, DATA + 7) + 1 };
  if (hasLetters(view, 12, 'VP8L')) return lossless(view);
  return hasLetters(view, 12, 'VP8 ') ? lossy(view) : undefined;
}

function lossless(view: DataView): ImageSize | undefined {
  if (view.getUint8(DATA) !== 0x2f) return undefined;
  const bits = view.getUint32(DATA + 1, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** The key frame's start code, then width and height in 14 bits each. */
function lossy(view: DataView): ImageSize | undefined {
  if (uint24(view, DATA + 3) !== 0x2a019d) return undefined;
  return { width: view.getUint16(DATA + 6, true) & 0x3fff, height: view.getUint16(DATA + 8, true) & 0x3fff };
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}
