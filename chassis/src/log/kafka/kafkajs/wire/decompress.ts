import { gunzipSync, zstdDecompressSync } from 'node:zlib';

/** Limit of a decompressed batch, in bytes: twice what a topic accepts uncompressed. A small batch may hold gigabytes. */
export const UNPACKED_LIMIT = 4 * 1024 * 1024;

type Decompress = (bytes: Buffer, limit: number) => Buffer;

const GZIP = 1;
const SNAPPY = 2;
const LZ4 = 3;
const ZSTD = 4;

/** Codecs by the lowest bits of a batch's attributes. All of them throw for input they cannot read, and beyond the limit. */
const CODECS: ReadonlyMap<number, readonly [string, Decompress]> = new Map([
  [GZIP, ['gzip', (bytes, limit) => gunzipSync(bytes, { maxOutputLength: limit })]],
  [SNAPPY, ['snappy', snappy]],
  [LZ4, ['lz4', lz4Frame]],
  [ZSTD, ['zstd', (bytes, limit) => zstdDecompressSync(bytes, { maxOutputLength: limit })]],
] as const);

/** The records of a compressed batch. Throws before it has produced more than `limit` bytes. */
export function decompressed(codec: number, bytes: Buffer, limit: number): Buffer {
  const [name, decompress] = CODECS.get(codec) ?? [];
  if (decompress === undefined) throw new Error(`its compression (${codec}) is not known`);
  try {
    return decompress(bytes, limit);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`it cannot be unpacked (${name}, at most ${limit} bytes): ${why}`, { cause: error });
  }
}

/** Java clients write a head of their own (`xerial`), then blocks with their lengths; others write one block. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const XERIAL_HEAD = 16;

function snappy(bytes: Buffer, limit: number): Buffer {
  if (!bytes.subarray(0, XERIAL.length).equals(XERIAL)) return snappyBlock(bytes, limit);
  const blocks: Buffer[] = [];
  let room = limit;
  for (let at = XERIAL_HEAD; at < bytes.length; ) {
    const next = at + 4 + bytes.readUInt32BE(at);
    if (next > bytes.length) throw new RangeError('a block ends beyond the batch');
    const block = snappyBlock(bytes.subarray(at + 4, next), room);
    blocks.push(block);
    room -= block.length;
    at = next;
  }
  return Buffer.concat(blocks);
}

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
  if (out.written.length !== declared) throw new RangeError(`fewer than the ${declared} bytes it declares`);
  return out.written;
}

/**
 * Reads an LZ4 frame (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md). Written here because the packages available
 * for Bun either have no limit on their output or are native code that no image of ours can load. Checksums are not
 * checked: the batch around the frame has one.
 */
const FRAME_MAGIC = 0x184d2204;
const FRAME_VERSION = 0x40;
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
  if (bytes.readUInt32LE(0) !== FRAME_MAGIC) throw new Error('not an LZ4 frame');
  const flags = bytes.readUInt8(4);
  if ((flags & VERSION_BITS) !== FRAME_VERSION) throw new Error('an LZ4 frame of another version');
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

/** Output of a decompression, which grows up to its limit. */
class Unpacked {
  readonly #limit: number;
  #bytes: Buffer;
  #length = 0;

  constructor(limit: number, packed: number) {
    this.#limit = limit;
    this.#bytes = Buffer.allocUnsafe(Math.min(limit, packed * 4));
  }

  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  append(bytes: Buffer): void {
    this.#room(bytes.length);
    this.#length += bytes.copy(this.#bytes, this.#length);
  }

  /** Copies `count` bytes from `distance` bytes before the end; if `count` is larger than `distance`, they repeat. */
  repeat(distance: number, count: number): void {
    if (distance === 0 || distance > this.#length) throw new RangeError('a copy begins before the beginning');
    this.#room(count);
    const from = this.#length - distance;
    for (let copied = 0; copied < count; ) {
      // Each round has twice as much to copy from.
      const size = Math.min(count - copied, distance + copied);
      this.#bytes.copyWithin(this.#length, from, from + size);
      this.#length += size;
      copied += size;
    }
  }

  #room(size: number): void {
    const needed = this.#length + size;
    if (needed > this.#limit) throw new RangeError(`more than ${this.#limit} bytes`);
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.min(this.#limit, Math.max(needed, this.#bytes.length * 2)));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
