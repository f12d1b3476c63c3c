import { Unpacked } from './unpacked.ts';

/**
 * Reads an LZ4 frame (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md). Written here because the packages available
 * for Bun either have no limit on their output or are native code that no image of ours can load. Checksums are not
 * checked: the batch around the frame has one.
 */
const MAGIC = 0x184d2204;
const VERSION = 0x40;
const VERSION_BITS = 0xc0;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const DICTIONARY = 0x01;
const IS_PLAIN = 0x80000000;

const SHORTEST_MATCH = 4;
/** The value of a four-bit length that means more bytes follow. */
const MORE = 15;

/** Throws for anything but a whole frame, and beyond `limit` bytes. */
export function lz4Frame(bytes: Buffer, limit: number): Buffer {
  if (bytes.readUInt32LE(0) !== MAGIC) throw new Error('no LZ4 frame');
  const flags = bytes.readUInt8(4);
  if ((flags & VERSION_BITS) !== VERSION) throw new Error('an LZ4 frame of another version');
  if ((flags & DICTIONARY) !== 0) throw new Error('an LZ4 frame with a dictionary');
  const out = new Unpacked(limit, bytes.length);
  // Flags, the largest block, the size if present, a checksum.
  let at = 4 + 2 + ((flags & CONTENT_SIZE) === 0 ? 0 : 8) + 1;
  for (;;) {
    const word = bytes.readUInt32LE(at);
    at += 4;
    if (word === 0) return out.written;
    const end = at + (word & ~IS_PLAIN);
    if (end > bytes.length) throw new RangeError('a block ends beyond the frame');
    const block = bytes.subarray(at, end);
    if ((word & IS_PLAIN) !== 0) out.append(block);
    else readBlock(block, out);
    at = end + ((flags & BLOCK_CHECKSUM) === 0 ? 0 : 4);
  }
}

/** Reads sequences of literals and a copy of earlier output; the last one has literals only. */
function readBlock(block: Buffer, out: Unpacked): void {
  let at = 0;

  function length(first: number): number {
    let sum = first;
    for (let more = first === MORE; more; ) {
      const byte = block.readUInt8(at++);
      sum += byte;
      more = byte === 0xff;
    }
    return sum;
  }

  while (at < block.length) {
    const token = block.readUInt8(at++);
    const literals = length(token >> 4);
    if (at + literals > block.length) throw new RangeError('literals end beyond their block');
    out.append(block.subarray(at, at + literals));
    at += literals;
    if (at === block.length) return;
    const distance = block.readUInt16LE(at);
    at += 2;
    out.repeat(distance, length(token & 0x0f) + SHORTEST_MATCH);
  }
}
