import type { BinaryParts } from '@souk/contracts/log-message';
import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/crc32C.js';
import { binaryParts, shownOf } from '../../../not-utf8.ts';
import { decompressed, UNPACKED_LIMIT } from './decompress.ts';
import { ByteReader } from './protocol-types.ts';

/** A batch that cannot be read: its first and last offset, and the reason. */
export interface UnreadableBatch {
  readonly from: string;
  readonly to: string;
  readonly cause: string;
}

/** A record as kafkajs gives it, with text where kafkajs has buffers. */
export interface TextRecord {
  readonly offset: string;
  /** Milliseconds since 1970. */
  readonly timestamp: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string | null>>;
  readonly binary?: BinaryParts;
  /**
   * Set on the last record of a fetch, which is no message then. `passed`: up to its offset there is nothing more to see
   * (transaction markers, aborted or compacted records). `held`: there is more, behind an open transaction that begins at its
   * offset. Otherwise the next batch is unreadable, and the record has the offset of its end.
   */
  readonly mark?: 'passed' | 'held' | UnreadableBatch;
}

export function marked(offset: number | bigint, mark: NonNullable<TextRecord['mark']>): TextRecord {
  return { offset: String(offset), timestamp: '0', key: null, value: null, headers: {}, mark };
}

/** A record batch of version 2 (https://kafka.apache.org/documentation/#recordbatch) before its records are read. */
export interface BatchHead {
  readonly attributes: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: number;
  /** Number of records according to the head. */
  readonly count: number;
  /** The checksum; it covers `summed`. */
  readonly crc: number;
  readonly summed: Buffer;
  readonly records: Buffer;
}

/** Bytes that may still be decompressed for one answer: later batches are left for the next one. */
export interface Room {
  left: number;
}

/**
 * Limit on the records of one batch, and on all their headers: as many records as fit into 1 MiB uncompressed. In memory each
 * takes some hundred bytes, even if it is empty.
 */
const PARTS_LIMIT = 150_000;

const MAGIC = 2;
const SUMMED_FROM = 21;
const COMPRESSED = 0x07;
const LOG_APPEND_TIME = 0x08;

/** Reads the head of a batch. Throws for another version or impossible numbers. `end`: of the batch within the bytes. */
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
  // The times need not be exact: a sender may write any number.
  const [firstTimestamp, maxTimestamp, producerId] = [reader.nearInt64(), reader.nearInt64(), reader.int64()];
  // The producer's epoch and sequence.
  reader.skip(6);
  const count = reader.int32();
  if (lastOffset < firstOffset || count < 0) throw new RangeError('it ends before it begins');
  if (count > PARTS_LIMIT) throw new RangeError(`it holds more than ${PARTS_LIMIT} records`);
  const [summed, records] = [bytes.subarray(at + SUMMED_FROM, end), bytes.subarray(reader.position, end)];
  return { attributes, firstOffset, lastOffset, firstTimestamp, maxTimestamp, producerId, count, crc, summed, records };
}

/** Appends the batch's records. Throws when it cannot be read to its end; the caller then drops what was appended. */
export function readBatch(head: BatchHead, room: Room, records: TextRecord[]): void {
  const plain = unpacked(head, room);
  const reader = new ByteReader(plain);
  // With the broker's time all records of a batch have the same time.
  const time = (head.attributes & LOG_APPEND_TIME) === 0 ? null : String(head.maxTimestamp);
  const reading: Reading = { reader, end: plain.length, head, time, records, headers: 0 };
  // An offset is above those before it and within its batch: storing any other would skip messages.
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
  /** The time of all records; null if each has its own. */
  readonly time: string | null;
  readonly records: TextRecord[];
  /** Number of headers read so far. */
  headers: number;
}

/** Appends the next record and returns its offset relative to the batch's first. */
function readRecord(reading: Reading): number {
  const { reader, head, time, records } = reading;
  const { firstOffset, firstTimestamp } = head;
  reader.endAt(reading.end);
  const length = reader.varint();
  const end = reader.position + length;
  if (length < 0 || end > reading.end) throw new RangeError('a record ends beyond its batch');
  // A record's contents may not reach into the records behind it, which would be read again for each.
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
  // A later version may have more fields.
  reader.skipTo(end);
  const record = { offset, timestamp, key, value, headers };
  const binary = binaryParts(keyBytes, valueBytes, lost);
  records.push(binary === undefined ? record : { ...record, binary });
  return delta;
}

const isAsSummed = (bytes: Buffer, crc: number): boolean => crc32C(bytes) >>> 0 === crc >>> 0;

/**
 * The last offset of an unreadable batch. An operator who passes over the batch goes by it, so a damaged head must not make it
 * too large: without a correct checksum the smaller of the two numbers that give it counts.
 */
export function lastOffsetOf(bytes: Buffer, at: number, end: number): bigint {
  const first = bytes.readBigInt64BE(at);
  // A message of the old format has one offset; a wrapper around several has that of its last.
  if (bytes[at + 16] !== MAGIC) return first;
  const [last, count] = [bytes.readInt32BE(at + 23), bytes.readInt32BE(at + 57)];
  const isSure = end > at + SUMMED_FROM && isAsSummed(bytes.subarray(at + SUMMED_FROM, end), bytes.readInt32BE(at + 17));
  return first + BigInt(Math.max(0, isSure ? last : Math.min(last, count - 1)));
}

const base64 = (text: string | null): string => Buffer.from(text ?? '').toString('base64');
