import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/crc32C.js';
import { binaryParts, shownOf } from '../../not-utf8.ts';
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
  /** The number of records by its head. */
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

/**
 * Records of one batch, and headers of all of them: as many records as fit into 1 MiB that is not packed. In memory each takes
 * some hundred bytes, however empty it is.
 */
const PARTS_LIMIT = 150_000;

const MAGIC = 2;
const SUMMED_FROM = 21;
const COMPRESSED = 0x07;
const LOG_APPEND_TIME = 0x08;

/** Throws when it is of another version, or its numbers cannot be. `end`: of the batch within the bytes. */
export function readHead(bytes: Buffer, at: number, end: number): BatchHead {
  const magic = bytes[at + 16] ?? 0;
  if (magic < MAGIC) throw new Error(`its format (${magic}) is older than Kafka 0.11`);
  if (magic > MAGIC) throw new Error(`its format (${magic}) is not known`);
  const reader = new ByteReader(bytes, at);
  const firstOffset = reader.int64();
  reader.skipTo(at + 17);
  const crc = reader.int32();
  const attributes = reader.int16();
  const lastOffset = firstOffset + reader.int32();
  // Any sender may write any time.
  const [firstTimestamp, maxTimestamp, producerId] = [reader.nearInt64(), reader.nearInt64(), reader.int64()];
  // The producer's epoch and sequence.
  reader.skip(6);
  const count = reader.int32();
  if (lastOffset < firstOffset || count < 0) throw new RangeError('it ends before it begins');
  if (count > PARTS_LIMIT) throw new RangeError(`it holds more than ${PARTS_LIMIT} records`);
  const [summed, records] = [bytes.subarray(at + SUMMED_FROM, end), bytes.subarray(reader.position, end)];
  return { attributes, firstOffset, lastOffset, firstTimestamp, maxTimestamp, producerId, count, crc, summed, records };
}

/** Appends the batch's records. Throws when it cannot be read to its end; what was appended then counts for nothing. */
export function readBatch(head: BatchHead, room: Room, records: TextRecord[]): void {
  const plain = unpacked(head, room);
  const reader = new ByteReader(plain);
  // With the broker's time all records of a batch have the same.
  const time = (head.attributes & LOG_APPEND_TIME) === 0 ? null : String(head.maxTimestamp);
  const reading: Reading = { reader, end: plain.length, head, time, records, headers: 0 };
  // Behind the records before it and within its batch: whoever stored another offset would leave messages out.
  let least = 0;
  const most = head.lastOffset - head.firstOffset;
  for (let index = 0; index < head.count; index += 1) {
    const delta = readRecord(reading);
    if (delta < least || delta > most) throw new RangeError(`a record is at offset ${head.firstOffset + delta}, which is not its place`);
    least = delta + 1;
  }
  if (reader.position !== plain.length) throw new RangeError(`it holds more than its ${head.count} records`);
}

function unpacked({ attributes, crc, summed, records }: BatchHead, room: Room): Buffer {
  const codec = attributes & COMPRESSED;
  if (codec === 0) return records;
  if (!isAsSummed(summed, crc)) throw new Error('its checksum is wrong: it was damaged after it was written');
  const plain = decompressed(codec, records, UNPACKED_LIMIT);
  room.left -= plain.length;
  return plain;
}

/** A batch of which some records were read. */
interface Reading {
  readonly reader: ByteReader;
  readonly end: number;
  readonly head: BatchHead;
  /** Null: each record has its own. */
  readonly time: string | null;
  readonly records: TextRecord[];
  /** How many there were. */
  headers: number;
}

/** Appends it and returns how far behind the batch's first offset it is. */
function readRecord(reading: Reading): number {
  const { reader, head, time, records } = reading;
  const { firstOffset, firstTimestamp } = head;
  reader.endAt(reading.end);
  const length = reader.varint();
  const end = reader.position + length;
  if (length < 0 || end > reading.end) throw new RangeError('a record ends beyond its batch');
  // What it holds may not reach into the records behind it, which would be read once for each.
  reader.endAt(end);
  reader.skip(1);
  const timestamp = time ?? String(firstTimestamp + reader.varlong());
  if (time !== null) reader.skipVarlong();
  const delta = reader.varint();
  const offset = String(firstOffset + delta);
  let key = reader.varString();
  const keyBytes = reader.lossOf(key);
  if (keyBytes !== null) key = shownOf(key);
  let value = reader.varString();
  const valueBytes = reader.lossOf(value);
  if (valueBytes !== null) value = shownOf(value);
  const headers: Record<string, string | null> = {};
  const lost: { name: string; value: string }[] = [];
  const count = reader.varint();
  reading.headers += Math.max(0, count);
  if (reading.headers > PARTS_LIMIT) throw new RangeError(`it holds more than ${PARTS_LIMIT} headers`);
  for (let left = count; left > 0; left -= 1) {
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
  records.push(binary === undefined ? record : { ...record, binary });
  return delta;
}

const isAsSummed = (bytes: Buffer, crc: number): boolean => crc32C(bytes) >>> 0 === crc >>> 0;

/**
 * The last offset of a batch that cannot be read. Whoever passes over it goes by that, so a damaged head may not make it
 * larger than it is: without a right checksum both numbers that tell of it have to.
 */
export function lastOffsetOf(bytes: Buffer, at: number, end: number): bigint {
  const first = bytes.readBigInt64BE(at);
  // A message of the old format has one offset, and the one around several has that of its last.
  if (bytes[at + 16] !== MAGIC) return first;
  const [last, count] = [bytes.readInt32BE(at + 23), bytes.readInt32BE(at + 57)];
  const isSure = end > at + SUMMED_FROM && isAsSummed(bytes.subarray(at + SUMMED_FROM, end), bytes.readInt32BE(at + 17));
  return first + BigInt(Math.max(0, isSure ? last : Math.min(last, count - 1)));
}

const base64 = (text: string | null): string => Buffer.from(text ?? '').toString('base64');
