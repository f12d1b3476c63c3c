import { ByteReader } from './byte-reader.ts';
import type { TextRecord } from './text-record.ts';

/** Bytes before a batch's length counts, and of its head up to the count of records. */
const LENGTH_END = 12;
const HEAD = 61;
const MAGIC = 2;
const LOG_APPEND_TIME = 0x08;
/** Compressed, of a transaction, or a control batch. */
const BEYOND_US = 0x37;

/**
 * The records of a record set. A last batch that is cut off, because the fetch was full, is left out: it comes again.
 * Null when it holds something that is not read here: another version, compression, transactions.
 */
export function readRecords(bytes: Buffer, start: number, size: number): TextRecord[] | null {
  const end = start + size;
  const records: TextRecord[] = [];
  for (let at = start; at + HEAD <= end; ) {
    const next = at + LENGTH_END + bytes.readInt32BE(at + 8);
    if (bytes[at + 16] !== MAGIC) return null;
    if (next > end) break;
    if (!readBatch(bytes, at, records)) return null;
    at = next;
  }
  return records;
}

function readBatch(bytes: Buffer, at: number, records: TextRecord[]): boolean {
  const attributes = bytes.readInt16BE(at + 21);
  if ((attributes & BEYOND_US) !== 0 || (attributes & LOG_APPEND_TIME) === 0) return false;
  const reader = new ByteReader(bytes, at);
  const firstOffset = reader.int64();
  reader.skipTo(at + 35);
  // With the broker's time all records of a batch have the same.
  const timestamp = String(reader.int64());
  reader.skipTo(at + 57);
  const count = reader.int32();
  for (let index = 0; index < count; index += 1) records.push(readRecord(reader, firstOffset, timestamp));
  return true;
}

function readRecord(reader: ByteReader, firstOffset: number, timestamp: string): TextRecord {
  const length = reader.varint();
  const end = reader.position + length;
  reader.skip(1);
  reader.skipVarlong();
  const offset = String(firstOffset + reader.varint());
  const key = reader.varString();
  const value = reader.varString();
  const headers: Record<string, string | null> = {};
  for (let left = reader.varint(); left > 0; left -= 1) headers[reader.varString() ?? ''] = reader.varString();
  // A later version may have more.
  reader.skipTo(end);
  return { offset, timestamp, key, value, headers };
}
