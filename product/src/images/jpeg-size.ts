import type { ImageSize } from './image-size.ts';

const START_OF_SCAN = 0xda;
/** Markers C0 to CF begin a frame, except these (DHT, JPG, DAC). */
const TABLES = [0xc4, 0xc8, 0xcc];

/** Size of a JPEG (ITU-T T.81, B.1 and B.2.2): segments up to the frame header, then a scan, then the end of the image. */
export function jpegSize(view: DataView): ImageSize | undefined {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  let size: ImageSize | undefined;
  let at = 2;
  for (;;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === START_OF_SCAN) break;
    // Fill bytes FF may precede a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && !TABLES.includes(marker)) {
      size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return size !== undefined && hasEnd(view, at) ? size : undefined;
}

/** Searches for the end marker from the back, because cameras append data to it. */
function hasEnd(view: DataView, scan: number): boolean {
  for (let at = view.byteLength - 2; at > scan; at -= 1) {
    if (view.getUint16(at) === 0xffd9) return true;
  }
  return false;
}
