import { hasLetters, type ImageSize } from './image-size.ts';

const EXTENSION = 0x21;
const FRAME = 0x2c;
const TRAILER = 0x3b;

/** Size of a GIF (GIF89a, 17 to 27): the screen, enlarged to hold every frame, as viewers do. Follows the blocks to the trailer. */
export function gifSize(view: DataView): ImageSize | undefined {
  if (!hasLetters(view, 0, 'GIF87a') && !hasLetters(view, 0, 'GIF89a')) return undefined;
  let width = view.getUint16(6, true);
  let height = view.getUint16(8, true);
  let frames = 0;
  let at = 13 + colours(view.getUint8(10));
  for (;;) {
    const kind = view.getUint8(at);
    if (kind === TRAILER) return frames > 0 ? { width, height } : undefined;
    if (kind === EXTENSION) {
      at = afterBlocks(view, at + 2);
    } else if (kind === FRAME) {
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
