import type { LogMessage } from '../event-log.ts';
import { decoded, isPlainText } from '../not-utf8.ts';
import type { Partition } from '../partitions.ts';

/** A message that is within the limits and assigned to a partition, before the commit. */
export interface PlacedMessage {
  readonly partition: Partition;
  readonly message: LogMessage;
  readonly headersJson: string;
  /** Size of key, value and headers together. */
  readonly bytes: number;
}

/** Adjacent messages of one partition in a block. */
export interface Part {
  readonly partitionId: number;
  readonly count: number;
}

/** Consecutive messages, committed together as one row of `blocks`, which never changes afterwards. */
interface Block {
  /** In the order of the messages. */
  readonly parts: readonly Part[];
  /** `parts` as stored: a JSON list of partition, count, partition, count, ... */
  readonly spans: string;
  readonly form: Form;
  /** CRC-32 of spans and body. */
  readonly checksum: number;
  readonly body: Uint8Array;
}

const PLAIN = 0;
const ZSTD = 1;
type Form = typeof PLAIN | typeof ZSTD;

/** A block as read from the file, not yet checked for damage. */
export type StoredBlock = Omit<Block, 'parts' | 'form'> & { readonly form: number };

/** Bytes before compression: a block that reaches ENOUGH ends with its partition; none exceeds MOST unless a single message does. */
const ENOUGH = 32 * 1024;
const MOST = 64 * 1024;
/** Below this, compression takes longer than it saves. */
const WORTH_COMPRESSING = 200;
/** Bytes before each message, which hold the lengths of key, value and headers. */
const LENGTHS = 12;

/** Splits messages, which have to be sorted by partition, into one list per block. */
export function cutIntoBlocks(messages: readonly PlacedMessage[]): PlacedMessage[][] {
  const blocks: PlacedMessage[][] = [];
  let block: PlacedMessage[] = [];
  let size = 0;
  for (const each of messages) {
    const isEnough = size >= ENOUGH && block.at(-1)?.partition !== each.partition;
    if (block.length === 0 || isEnough || size + each.bytes > MOST) {
      block = [];
      blocks.push(block);
      size = 0;
    }
    block.push(each);
    size += each.bytes;
  }
  return blocks;
}

export function toBlock(messages: readonly PlacedMessage[]): Block {
  const raw = Buffer.allocUnsafe(messages.reduce((sum, { bytes }) => sum + LENGTHS + bytes, 0));
  let end = 0;
  for (const { message, headersJson } of messages) {
    const start = end;
    end += LENGTHS;
    end += put(raw, message.key, end, start);
    end += put(raw, message.value, end, start + 4);
    end += put(raw, headersJson, end, start + 8);
  }
  const parts = partsOf(messages);
  const spans = JSON.stringify(parts.flatMap(({ partitionId, count }) => [partitionId, count]));
  const packed = raw.length < WORTH_COMPRESSING ? raw : Bun.zstdCompressSync(raw, { level: 1 });
  const [form, body] = packed.length < raw.length ? [ZSTD, packed] as const : [PLAIN, raw] as const;
  return { parts, spans, form, checksum: checksumOf({ spans, body }), body };
}

/** Writes the text at `at` and its length in bytes at `lengthAt`; returns that length. */
function put(raw: Buffer, text: string, at: number, lengthAt: number): number {
  const length = raw.write(text, at);
  raw.writeUInt32LE(length, lengthAt);
  return length;
}

function partsOf(messages: readonly PlacedMessage[]): Part[] {
  const parts: { partitionId: number; count: number }[] = [];
  for (const { partition } of messages) {
    const last = parts.at(-1);
    if (last?.partitionId === partition.id) last.count += 1;
    else parts.push({ partitionId: partition.id, count: 1 });
  }
  return parts;
}

/** The checksum of the body, seeded with that of the spans, so that it covers both. */
function checksumOf({ spans, body }: Pick<Block, 'spans' | 'body'>): number {
  return Bun.hash.crc32(body, Bun.hash.crc32(spans));
}

/** The decompressed body: key, value and headers of each message. Throws if the checksum or the form is wrong. */
export function unpacked(block: StoredBlock): Buffer {
  if (checksumOf(block) !== block.checksum) throw new Error('its checksum is wrong');
  if (block.form === ZSTD) return Bun.zstdDecompressSync(block.body);
  if (block.form === PLAIN) return Buffer.from(block.body.buffer, block.body.byteOffset, block.body.length);
  throw new Error(`it has a form that this version does not know (${block.form})`);
}

/** `count` messages of an unpacked block after its first `skipped`. */
export function messagesIn(raw: Buffer, skipped: number, count: number): Omit<LogMessage, 'topic'>[] {
  const messages: Omit<LogMessage, 'topic'>[] = [];
  let start = 0;
  for (let index = 0; index < skipped + count; index += 1) {
    if (start + LENGTHS > raw.length) throw new Error(`it has only ${index} messages`);
    const key = start + LENGTHS;
    const value = key + raw.readUInt32LE(start);
    const headers = value + raw.readUInt32LE(start + 4);
    const end = headers + raw.readUInt32LE(start + 8);
    if (index >= skipped) messages.push({ ...textsOf(raw, key, value, headers), headers: headersOf(raw.toString('utf8', headers, end)) });
    start = end;
  }
  return messages;
}

function textsOf(raw: Buffer, keyAt: number, valueAt: number, end: number): Pick<LogMessage, 'key' | 'value' | 'binary'> {
  const key = raw.toString('utf8', keyAt, valueAt);
  const value = raw.toString('utf8', valueAt, end);
  // Only another program can have written bytes that are not text.
  return isPlainText(key) && isPlainText(value) ? { key, value } : decoded(raw.subarray(keyAt, valueAt), raw.subarray(valueAt, end));
}

export function headersOf(json: string): Record<string, string> {
  const headers: unknown = JSON.parse(json);
  if (!isHeaders(headers)) throw new Error('the headers of a message are not an object');
  return headers;
}

const isHeaders = (value: unknown): value is Record<string, string> => typeof value === 'object' && value !== null;

/** `Block.parts` from the stored `spans`. */
export function storedParts(spans: string): Part[] {
  const numbers = numbersOf(spans);
  return Array.from({ length: numbers.length / 2 }, (_, index) => ({ partitionId: numbers[index * 2] ?? 0, count: numbers[index * 2 + 1] ?? 0 }));
}

/** Parses a JSON list of whole numbers from 0; throws for anything else. */
export function numbersOf(json: string): number[] {
  const numbers: unknown = JSON.parse(json);
  if (!Array.isArray(numbers) || !numbers.every(isCount)) throw new Error('not a list of numbers');
  return numbers;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
