import { Unpacked } from './unpacked.ts';

/** Kinds of elements by their lowest two bits: literals, or a copy with its distance in one, two or four bytes. */
const LITERALS = 0;
const NEAR = 1;
const LONG_LENGTH = 60;

/**
 * Reads a Snappy block (https://github.com/google/snappy/blob/main/format_description.txt). Written here because snappyjs 0.7.0
 * never ends for a literal whose length is negative as an int32, and cuts off output beyond the declared length. Throws for
 * anything but a whole block, and beyond `limit` bytes.
 */
export function snappyBlock(bytes: Buffer, limit: number): Buffer {
  let at = 0;

  /** Reads a little-endian number. */
  function number(size: number): number {
    const start = at;
    at += size;
    return bytes.readUIntLE(start, size);
  }

  let declared = 0;
  for (let [unit, more] = [1, true]; more; unit *= 0x80) {
    const byte = number(1);
    declared += (byte & 0x7f) * unit;
    more = byte >= 0x80;
    if (declared > limit) throw new RangeError(`more than ${limit} bytes`);
  }
  const out = new Unpacked(declared, declared);
  while (at < bytes.length) {
    const tag = number(1);
    const [kind, high] = [tag & 0x03, tag >> 2];
    if (kind === LITERALS) {
      const length = 1 + (high < LONG_LENGTH ? high : number(high - LONG_LENGTH + 1));
      if (at + length > bytes.length) throw new RangeError('literals end beyond their block');
      out.append(bytes.subarray(at, at + length));
      at += length;
    } else if (kind === NEAR) out.repeat((tag >> 5) * 0x100 + number(1), (high & 0x07) + 4);
    else out.repeat(number(kind === 2 ? 2 : 4), high + 1);
  }
  if (out.written.length !== declared) throw new RangeError(`less than the ${declared} bytes it tells of`);
  return out.written;
}
