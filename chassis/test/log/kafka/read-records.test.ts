import { describe, expect, test } from 'bun:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/crc32C.js';
import { compress as snappySync } from 'snappyjs';
import { type AbortedTransaction, readRecords } from '../../../src/log/kafka/kafkajs/wire/fetch-response.ts';
import { ByteWriter } from '../../../src/log/kafka/kafkajs/wire/protocol-types.ts';
import { lz4Frame, snappyBlock, UNPACKED_LIMIT } from '../../../src/log/kafka/kafkajs/wire/decompress.ts';
import type { TextRecord } from '../../../src/log/kafka/kafkajs/wire/record-batch.ts';
import { writeRecordBatch } from '../../../src/log/kafka/kafkajs/wire/requests.ts';

const NOW = 1_795_000_000_123;
const HEAD = 61;
const [GZIP, SNAPPY, LZ4, ZSTD] = [1, 2, 3, 4];
const [LOG_APPEND_TIME, TRANSACTIONAL, CONTROL] = [0x08, 0x10, 0x20];

/** What Kafka 4.4 has on its disk for four messages `0 abcdefgh… 0` to `3 abcdefgh… 3`, when the topic is set to the codec. */
const BY_JAVA = {
  gzip: 'AAAAAAAAAAAAAACMAAAAAAJbLMQpAAkAAAADAAABoimD+UMAAAGiKYP5RP//////////////////AAAABB+LCAAAAAAAAP97wMTAwMCUfYLJQCExKTklNS09Y7DSCgZMTHlMBg+ALmYCudhw8LvYEORiQ5CLWUAuNhr8LjYCudgI5GI2kIuNB7+LjUEuNgYAZpgoBcgCAAA=',
  snappy: 'AAAAAAAAAAAAAACyAAAAAAK0n/hdAAoAAAADAAABoimD+b8AAAGiKYP5wP//////////////////AAAABIJTTkFQUFkAAAAAAQAAAAEAAABtyAVI4AIAAAACa8gCMCBhYmNkZWZnaP4IAP4IAF4IABggMAICbgIwAbIAAgGyADH+sgD+sgCGsgAAMQGyADEBsgAEAbIAMv6yAP6yAIayAAAyAbIAMgGyAAYBsgAz/rIA/rIAhrIAFDMCAm4CMw==',
  lz4: 'AAAAAAAAAAAAAACUAAAAAAIMUMcmAAsAAAADAAABoimD+k4AAAGiKYP6T///////////////////AAAABAQiTRhgQIJUAAAA/wTgAgAAAAJryAIwIGFiY2RlZmdoCACFcCAwAgJuAjCyABACsgAfMbIAjxAxsgAQMbIAEASyAB8ysgCPEDKyABAysgAQBrIAHzOyAI9gMwICbgIzAAAAAA==',
  zstd: 'AAAAAAAAAAAAAACKAAAAAALSlr5tAAwAAAADAAABoimD+wkAAAGiKYP7Cv//////////////////AAAABCi1L/0AWGwCACQD4AIAAAACa8gCMCBhYmNkZWZnaCAwAgJuAjDgAgAAAgJryAIxMTEEMjIyBjMzAgJuAjMKAB9AAuyAMWDJB9ABY8AErPtTM9RaGVXCAQAA',
};

type Sent = { key: string; value: string; headers: Record<string, string> };
const said = (value: string): Sent => ({ key: 'k', value, headers: {} });

interface Shape {
  readonly offset?: number;
  readonly attributes?: number;
  readonly producerId?: number;
  /** Another text for the records. */
  readonly packed?: (records: Buffer) => Buffer;
}

/** A batch of ours, changed, with the checksum it has to have then. */
function batch(sent: readonly Sent[], { offset = 0, attributes = LOG_APPEND_TIME, producerId = -1, packed = (records) => records }: Shape = {}): Buffer {
  const writer = new ByteWriter(64);
  writeRecordBatch(writer, sent, NOW);
  const plain = Buffer.from(writer.written);
  const bytes = Buffer.concat([plain.subarray(0, HEAD), packed(plain.subarray(HEAD))]);
  bytes.writeBigInt64BE(BigInt(offset), 0);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt16BE(attributes, 21);
  bytes.writeBigInt64BE(BigInt(producerId), 43);
  return summed(bytes);
}

function summed(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32C(bytes.subarray(21)) >>> 0, 17);
  return bytes;
}

/** With a number of its head changed, as somebody may write it. */
function changed(bytes: Buffer, at: number, value: number): Buffer {
  const other = Buffer.from(bytes);
  other.writeInt32BE(value, at);
  return summed(other);
}

const read = (set: Buffer, aborted: readonly AbortedTransaction[] = [], left = UNPACKED_LIMIT): TextRecord[] =>
  readRecords(set, { start: 0, size: set.length }, aborted, { left });
const shown = (records: readonly TextRecord[]) => records.map(({ offset, value, mark }) => (mark === undefined ? `${offset} ${value}` : `${offset} ${typeof mark === 'string' ? mark : `from ${mark.from}: ${mark.cause}`}`));

describe('record batches', () => {
  test.each(Object.entries(BY_JAVA))('compressed by Java with %s are read', (_, base64) => {
    const records = read(Buffer.from(base64, 'base64'));
    expect(records.map(({ offset, key, value, headers }) => ({ offset, key, value, headers }))).toEqual(
      ['0', '1', '2', '3'].map((i) => ({ offset: i, key: 'k', value: `${i} ${'abcdefgh'.repeat(20)} ${i}`, headers: { n: i } })),
    );
  });

  test('compressed with snappy as one block, without the frame of Java, are read', () => {
    expect(shown(read(batch([said('a'), said('b')], { attributes: LOG_APPEND_TIME | SNAPPY, packed: snappySync })))).toEqual(['0 a', '1 b']);
  });

  test('have the time of the sender unless the broker has set its own', () => {
    expect(read(batch([said('a')], { attributes: 0 })).map(({ timestamp }) => timestamp)).toEqual([String(NOW)]);
  });

  const bomb = (pack: (bytes: Buffer) => Buffer) => () => pack(Buffer.alloc(UNPACKED_LIMIT + 1));
  test.each([
    ['gzip', GZIP, bomb(gzipSync)],
    ['zstd', ZSTD, bomb(zstdCompressSync)],
    ['snappy', SNAPPY, bomb(snappySync)],
    ['lz4', LZ4, () => lz4Zeros(UNPACKED_LIMIT + 1)],
  ] as const)('%s: a batch that unpacks beyond the limit is unreadable, and what came before it is read', (name, codec, packed) => {
    const set = Buffer.concat([batch([said('a')]), batch([said('b'), said('c')], { offset: 1, attributes: LOG_APPEND_TIME | codec, packed }), batch([said('d')], { offset: 3 })]);
    const records = shown(read(set));
    expect(records).toHaveLength(2);
    expect(records[0]).toBe('0 a');
    expect(records[1]).toStartWith(`2 from 1: it cannot be unpacked (${name}, at most `);
  });

  test.each([
    ['a wrong checksum under compression', corrupted(Buffer.from(BY_JAVA.lz4, 'base64'), 70), 'its checksum is wrong: it was damaged after it was written'],
    ['an unknown compression', batch([said('a')], { attributes: LOG_APPEND_TIME | 5 }), 'its compression (5) is not known'],
    ['an old format', withMagic(batch([said('a')]), 1), 'its format (1) is older than Kafka 0.11'],
    ['a length below its head', changed(batch([said('a')]), 8, 20), 'it is shorter than its own head'],
    ['a length that leads backwards', changed(batch([said('a')]), 8, -12), 'it is shorter than its own head'],
    ['more records than there are', changed(batch([said('a')]), 57, 10), 'a varint does not end'],
    ['more records than memory should hold', changed(batch([said('a')]), 57, 2_000_000_000), 'it holds more than 150000 records'],
    ['a negative number of records', changed(batch([said('a')]), 57, -1), 'it ends before it begins'],
    ['an end before its beginning', changed(batch([said('a')]), 23, -7), 'it ends before it begins'],
    ['a later format', withMagic(batch([said('a')]), 3), 'its format (3) is not known'],
    ['an offset beyond its end', batch([said('a')], { offset: 4, packed: withByte(3, 0x7e) }), 'a record is at offset 67, which is not its place'],
    ['an offset before its beginning', batch([said('a')], { offset: 4, packed: withByte(3, 0x01) }), 'a record is at offset 3, which is not its place'],
    ['two records at one offset', batch([said('a'), said('b')], { packed: withByte(12, 0) }), 'a record is at offset 0, which is not its place'],
    ['a key that reaches into the next record', batch([said('a'), said('b')], { packed: withByte(4, 0x14) }), 'the message ends too early'],
    ['headers that reach into the next record', batch([said('a'), said('b')], { packed: withByte(8, 0x02) }), 'a varint does not end'],
    ['fewer records than there are', changed(batch([said('a'), said('b')]), 57, 1), 'it holds more than its 1 records'],
    ['a record that ends behind its batch', batch([said('a')], { packed: (records) => Buffer.concat([Buffer.from([0x7e]), records.subarray(1)]) }), 'a record ends beyond its batch'],
  ])('with %s are unreadable, and nothing is thrown', (_, bytes, cause) => {
    const [first, ...rest] = read(Buffer.concat([bytes, batch([said('z')], { offset: 9 })]));
    expect(rest).toEqual([]);
    expect(typeof first?.mark === 'object' && first.mark.cause).toBe(cause);
  });

  test('whose records have a million headers each are given up at the first record', () => {
    // Length, attributes, time, place, no key, no value, so many headers; then headers without name and value.
    const record = Buffer.from([16, 0, 0, 0, 1, 1, 0x80, 0x89, 0x7a]);
    const records = Buffer.concat([...Array.from({ length: 20_000 }, () => record), Buffer.alloc(3 * 2 ** 20, 1)]);
    const [mark] = read(changed(changed(batch([], { attributes: LOG_APPEND_TIME | GZIP, packed: () => gzipSync(records) }), 23, 20_000), 57, 20_001));
    expect(mark).toMatchObject({ mark: { from: '0', to: '20000', cause: 'it holds more than 150000 headers' } });
  });

  test('whose records together have more headers than memory should hold are unreadable', () => {
    const headers = Object.fromEntries(Array.from({ length: 50_001 }, (_, at) => [`${at}`, '']));
    const sent = Array.from({ length: 3 }, () => ({ ...said('a'), headers }));
    expect(read(batch(sent))).toMatchObject([{ mark: { cause: 'it holds more than 150000 headers' } }]);
    expect(read(batch(sent.slice(1)))).toHaveLength(2);
  });

  test('with an impossible time of their sender are read', () => {
    const bytes = batch([said('a')]);
    for (const at of [27, 35]) bytes.writeBigInt64BE(-(2n ** 62n), at);
    expect(shown(read(summed(bytes)))).toEqual(['0 a']);
  });

  test.each([
    ['the old format, which has no number of records', withMagic(batch([said('a'), said('b')], { offset: 5 }), 1), '5'],
    ['a damaged last offset', damaged(batch([said('a'), said('b')], { offset: 5, attributes: GZIP }), 24), '6'],
    ['a damaged count', damaged(batch([said('a'), said('b')], { offset: 5, attributes: GZIP }), 58), '6'],
    ['a correct checksum and gaps between their records', changed(batch([said('a')], { offset: 5, attributes: 7 }), 23, 9), '14'],
  ])('with %s are passed over up to their own end', (_, bytes, to) => {
    expect(read(bytes)).toMatchObject([{ offset: to, mark: { from: '5', to } }]);
  });

  test('with any bytes changed are either read or unreadable', () => {
    const whole = Buffer.concat([batch([said('a'), said('b')]), Buffer.from(BY_JAVA.lz4, 'base64'), Buffer.from(BY_JAVA.snappy, 'base64'), Buffer.from(BY_JAVA.zstd, 'base64')]);
    const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const set = Buffer.from(whole);
        for (const [at, byte] of changes) set[at] = byte;
        expect(read(set).slice(0, -1).every(({ mark }) => mark === undefined)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('that are made up, with a correct checksum, go forward from their first offset to their last, or are unreadable', () => {
    const sent = [said('a'), { key: 'k', value: 'b'.repeat(200), headers: { n: '1', m: '2' } }, said('c')];
    const codec = fc.constantFrom<[number, (bytes: Buffer) => Buffer]>([0, (bytes) => bytes], [GZIP, gzipSync], [SNAPPY, snappySync], [LZ4, lz4Plain], [ZSTD, zstdCompressSync]);
    const changes = fc.array(fc.tuple(fc.nat(300), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });
    fc.assert(
      fc.property(codec, changes, changes, ([attributes, pack], inside, outside) => {
        const made = batch(sent, { offset: 10, attributes, packed: (records) => withBytes(outside)(pack(withBytes(inside)(records))) });
        const records = read(Buffer.concat([made, batch([said('z')], { offset: 13 })]));
        if (typeof records[0]?.mark === 'object') expect(records).toHaveLength(1);
        else expect(records.map(({ offset }) => offset)).toEqual(['10', '11', '12', '13']);
      }),
      { numRuns: 3000 },
    );
  });

  test('of aborted transactions are left out, and so are markers; the end is marked', () => {
    const of = (offset: number, producerId: number, value: string) => batch([said(value)], { offset, producerId, attributes: LOG_APPEND_TIME | TRANSACTIONAL });
    const marker = (offset: number, producerId: number) => batch([said('')], { offset, producerId, attributes: LOG_APPEND_TIME | TRANSACTIONAL | CONTROL });
    const set = Buffer.concat([of(0, 7, 'never'), of(1, 8, 'a'), marker(2, 7), of(3, 7, 'b'), marker(4, 7), marker(5, 8), of(6, 7, 'never'), marker(7, 7)]);
    const aborted = [{ producerId: 7, firstOffset: 6 }, { producerId: 7, firstOffset: 0 }];
    expect(shown(read(set, aborted))).toEqual(['1 a', '3 b', '7 passed']);
    expect(shown(read(marker(9, 7)))).toEqual(['9 passed']);
  });

  test('end where the last one does, even if its last records are gone', () => {
    expect(shown(read(changed(batch([said('a')]), 23, 4)))).toEqual(['0 a', '4 passed']);
  });

  test('that do not fit into an answer are left for the next one', () => {
    const [one, two] = [0, 1].map((offset) => batch([said('x'.repeat(1000))], { offset, attributes: LOG_APPEND_TIME | GZIP, packed: gzipSync }));
    const set = Buffer.concat([one ?? Buffer.alloc(0), two ?? Buffer.alloc(0)]);
    expect(read(set, [], 500).map(({ offset }) => offset)).toEqual(['0']);
    expect(read(set).map(({ offset }) => offset)).toEqual(['0', '1']);
  });

  test('keep bytes that are not UTF-8, beside the text', () => {
    const latin1 = (records: Buffer) => Buffer.from(records.map((byte) => (byte === 0x7e ? 0xe9 : byte)));
    const sent = [{ key: 'k~', value: 'caf~', headers: { good: '\uFFFD', 'n~': 'plain', bad: '~' } }, { key: '\uFFFD', value: '\uFFFDé€', headers: {} }];
    const [first, second] = read(batch(sent, { packed: latin1 }));
    expect(first).toMatchObject({ key: 'k\uFFFD', value: 'caf\uFFFD', headers: { good: '\uFFFD', bad: '\uFFFD' } });
    const binary = (text: string) => Buffer.from(text, 'latin1').toString('base64');
    expect(first?.binary).toEqual({
      key: binary('ké'),
      value: binary('café'),
      headers: [{ name: binary('né'), value: binary('plain') }, { name: binary('bad'), value: binary('é') }],
    });
    expect(second).not.toHaveProperty('binary');
  });
});

describe('a Snappy block', () => {
  test('unpacks to what was packed, whatever that was', () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constantFrom('ab', 'abcdefgh').map((text) => Buffer.from(text.repeat(400))));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const bytes = Buffer.concat(pieces);
        expect(snappyBlock(snappySync(bytes), bytes.length).equals(bytes)).toBe(true);
      }),
    );
  });

  test.each([
    ['a negative number of literals', [10, 0xfc, 0xfa, 0xff, 0xff, 0xff, 0, 0, 0, 0], 'literals end beyond their block'],
    ['a copy from before its beginning', [10, 0x01, 0x05], 'a copy begins before the beginning'],
    ['more than its declared length', [1, 0x04, 0x61, 0x61], 'more than 1 bytes'],
    ['less than its declared length', [3, 0x04, 0x61, 0x61], 'fewer than the 3 bytes it declares'],
    ['more than the limit', [0xff, 0xff, 0xff, 0xff, 0x0f, 0x00, 0x61], 'more than 100 bytes'],
    ['a length that never ends', Array.from({ length: 200 }, () => 0x80), ''],
    ['nothing', [], ''],
  ])('with %s is refused', (_, bytes, cause) => {
    expect(() => snappyBlock(Buffer.from(bytes), 100)).toThrow(cause);
  });
});

describe('an LZ4 frame', () => {
  const text = 'to be, or not to be, that is the question';
  const plainBlock = (bytes: Buffer) => Buffer.concat([uint32(0x80000000 + bytes.length), bytes]);
  const frame = (flags: number, ...parts: Buffer[]) => Buffer.concat([Buffer.from([0x04, 0x22, 0x4d, 0x18, flags, 0x40]), ...parts, uint32(0)]);

  test('is read with its size, checksums of blocks, and blocks that are not compressed', () => {
    const sized = frame(0x78, Buffer.alloc(8), Buffer.alloc(1), plainBlock(Buffer.from(text)), Buffer.alloc(4));
    expect(lz4Frame(sized, 100).toString()).toBe(text);
  });

  test('is read if its blocks refer to those before them', () => {
    // No literals, then 19 bytes from 41 before, then nothing.
    const match = Buffer.from([0x0f, 41, 0, 0, 0x00]);
    expect(lz4Frame(frame(0x40, Buffer.alloc(1), plainBlock(Buffer.from(text)), uint32(match.length), match), 100).toString()).toBe(text + text.slice(0, 19));
  });

  test('is refused if it is cut off, refers to before its beginning, or is no frame', () => {
    const good = frame(0x60, Buffer.alloc(1), plainBlock(Buffer.from(text)));
    for (let length = 0; length < good.length; length += 1) expect(() => lz4Frame(good.subarray(0, length), 100)).toThrow();
    const before = Buffer.from([0x10, 0x61, 9, 0, 0x00]);
    expect(() => lz4Frame(frame(0x60, Buffer.alloc(1), uint32(before.length), before), 100)).toThrow('a copy begins before the beginning');
    expect(() => lz4Frame(Buffer.from('no frame at all'), 100)).toThrow('not an LZ4 frame');
  });
});

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** A frame of one block: a zero, and as many more as are wanted from one before. */
function lz4Zeros(count: number): Buffer {
  const more = count - 1 - 4 - 15;
  const block = Buffer.concat([Buffer.from([0x1f, 0, 1, 0]), Buffer.alloc(Math.floor(more / 255), 0xff), Buffer.from([more % 255, 0])]);
  return Buffer.concat([Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0]), uint32(block.length), block, uint32(0)]);
}

/** A frame of one block that was not worth packing. */
const lz4Plain = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0]), uint32(0x80000000 + bytes.length), bytes, uint32(0)]);

function corrupted(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

const withBytes = (changes: readonly (readonly [number, number])[]) => (bytes: Buffer): Buffer => {
  const other = Buffer.from(bytes);
  // Behind its end nothing is written.
  for (const [at, byte] of changes) other[at] = byte;
  return other;
};

const withByte = (at: number, byte: number) => withBytes([[at, byte]]);

/** One bit, as on a disk. */
const damaged = (bytes: Buffer, at: number): Buffer => withByte(at, (bytes[at] ?? 0) ^ 0x40)(bytes);

function withMagic(bytes: Buffer, magic: number): Buffer {
  bytes[16] = magic;
  return bytes;
}
