import { hasLetters, type ImageSize } from './image-size.ts';

const SIGNATURE = [0x89504e47, 0x0d0a1a0a] as const;
const FIRST_CHUNK = 8;
/** bytes of length, type and checksum */
const AROUND_DATA = 12;

/** Size of a PNG (third edition, 5 and 11): follows the chunks from IHDR to IEND. */
export function pngSize(view: DataView): ImageSize | undefined {
  if (view.byteLength < FIRST_CHUNK || !SIGNATURE.every((word, at) => view.getUint32(at * 4) === word)) return undefined;
  if (!hasLetters(view, FIRST_CHUNK + 4, 'IHDR')) return undefined;
  let hasPixels = false;
  let at = FIRST_CHUNK;
  while (!hasLetters(view, at + 4, 'IEND')) {
    hasPixels ||= hasLetters(view, at + 4, 'IDAT');
    at += AROUND_DATA + view.getUint32(at);
  }
  return hasPixels && at + AROUND_DATA <= view.byteLength ? { width: view.getUint32(16), height: view.getUint32(20) } : undefined;
}
