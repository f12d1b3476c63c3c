import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { lz4Frame } from './lz4-frame.ts';
import { snappyBlock } from './snappy-block.ts';

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
