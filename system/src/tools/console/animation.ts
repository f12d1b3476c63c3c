import { applyPalette, GIFEncoder, quantize } from 'gifenc';
import { PNG } from 'pngjs';

/** Colours of the picture; one more stands for "as before". */
const COLOURS = 255;
const AS_BEFORE = 255;

export interface Frame {
  readonly png: Buffer;
  /** Milliseconds for which it is shown. */
  readonly ms: number;
}

/** An animated GIF of screenshots of one size. Each frame has only what is new in it, so that it stays small. */
export function animation(frames: readonly Frame[]): Uint8Array {
  const pictures = frames.map(({ png, ms }) => ({ ...PNG.sync.read(png), ms }));
  const last = pictures.at(-1);
  if (last === undefined) throw new Error('an animation has one frame at least');
  // The last frame has all that the ones before it have.
  const palette = quantize(bytesOf(last.data), COLOURS);
  const colours: typeof palette = [...palette, ...Array.from({ length: COLOURS + 1 - palette.length }, (): [number, number, number] => [0, 0, 0])];
  const encoder = GIFEncoder();
  let before: Uint8Array | undefined;
  for (const { data, width, height, ms } of pictures) {
    const index = applyPalette(bytesOf(data), palette);
    const shown = before;
    const changed = shown === undefined ? index : index.map((colour, at) => (colour === shown[at] ? AS_BEFORE : colour));
    encoder.writeFrame(changed, width, height, { palette: colours, delay: ms, transparent: shown !== undefined, transparentIndex: AS_BEFORE, dispose: 1, repeat: 0 });
    before = index;
  }
  encoder.finish();
  return encoder.bytes();
}

function bytesOf(data: Buffer): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
