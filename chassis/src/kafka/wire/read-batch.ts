import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/crc32C.js';
import { binaryParts, shownOf } from '../../log/not-utf8.ts';
import { ByteReader } from './byte-reader.ts';
import { decompressed } from './decompress.ts';
import type { TextRecord } from './text-record.ts';

/** A record batch of version 2 (https://kafka.apache.org/documentation/#recordbatch) before its records are read. */
export interface BatchHead {
  readonly attributes: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: number;
  /** How many records its head tells of. */
  readonly count: number;
  /** The checksum and what it is of. */
  readonly crc: number;
  readonly summed: Buffer;
  readonly records: Buffer;
}

/** Bytes that are unpacked for one answer: what comes behind is left for the next one. */
export interface Room {
  left: number;
}

/** Bytes of one batch when it is unpacked: twice what a topic takes unpacked. A small batch may hold gigabytes. */
export const UNPACKED_LIMIT = 4 * 1024 * 1024;

const MAGIC = 2;
const SUMMED_FROM = 21;
const COMPRESSED = 0x07;
const LOG_APPEND_TIME = 0x08;

/** Throws when it is of another version, or no number can be what it says. `end`: of the batch within the bytes. */
export function readHead(bytes: Buffer, at: number, end: number): BatchHead {
  const magic = bytes[at + 16];
  if (magic !== MAGIC) throw new Error(`its format (${magic}) is older than Kafka 0.11`);
  const reader = new ByteReader(bytes, at);
  const firstOffset = reader.int64();
  reader.skipTo(at + 17);
  const crc = reader.int32();
  const attributes = reader.int16();
  const lastOffset = firstOffset + reader.int32();
  const [firstTimestamp, maxTimestamp, producerId] = [reader.int64(), reader.int64(), reader.int64()];
  // The producer's epoch and sequence.
  reader.skip(6);
  const count = reader.int32();
  const [summed, records] = [bytes.subarray(at + SUMMED_FROM, end), bytes.subarray(reader.position, end)];
  return { attributes, firstOffset, lastOffset, firstTimestamp, maxTimestamp, producerId, count, crc, summed, records };
}

/** Appends the batch's records. Throws when it cannot be read to its end; what was appended then counts for nothing. */
export function readBatch(head: BatchHead, room: Room, records: TextRecord[]): void {
  const plain = unpacked(head, room);
  const reader = new ByteReader(plain);
  // With the broker's time all records of a batch have the same.
  const time = (head.attributes & LOG_APPEND_TIME) === 0 ? null : String(head.maxTimestamp);
  for (let index = 0; index < head.count; index += 1) records.push(readRecord(reader, plain.length, head, time));
  if (reader.position !== plain.length) throw new RangeError(`it holds more than its ${head.count} records`);
}

function unpacked({ attributes, crc, summed, records }: BatchHead, room: Room): Buffer {
  const codec = attributes & COMPRESSED;
  if (codec === 0) return records;
  if (crc32C(summed) >>> 0 !== crc >>> 0) throw new Error('its checksum is wrong: it was damaged after it was written');
  const plain = decompressed(codec, records, UNPACKED_LIMIT);
  room.left -= plain.length;
  return plain;
}

function readRecord(reader: ByteReader, limit: number, { firstOffset, firstTimestamp }: BatchHead, time: string | null): TextRecord {
  const length = reader.varint();
  const end = reader.position + length;
  if (length < 0 || end > limit) throw new RangeError('a record ends beyond its batch');
  reader.skip(1);
  const timestamp = time ?? String(firstTimestamp + reader.varlong());
  if (time !== null) reader.skipVarlong();
  const offset = String(firstOffset + reader.varint());
  let key = reader.varString();
  const keyBytes = reader.lossOf(key);
  if (keyBytes !== null) key = shownOf(key);
  let value = reader.varString();
  const valueBytes = reader.lossOf(value);
  if (valueBytes !== null) value = shownOf(value);
  const headers: Record<string, string | null> = {};
  const lost: { name: string; value: string }[] = [];
  for (let left = reader.varint(); left > 0; left -= 1) {
    const name = reader.varString() ?? '';
    const nameBytes = reader.lossOf(name);
    const text = reader.varString();
    const textBytes = reader.lossOf(text);
    headers[name] = textBytes === null ? text : shownOf(text);
    if (nameBytes !== null || textBytes !== null) lost.push({ name: nameBytes ?? base64(name), value: textBytes ?? base64(text) });
  }
  // A later version may have more.
  reader.skipTo(end);
  const record = { offset, timestamp, key, value, headers };
  const binary = binaryParts(keyBytes, valueBytes, lost);
  return binary === undefined ? record : { ...record, binary };
}

const base64 = (text: string | null): string => Buffer.from(text ?? '').toString('base64');
