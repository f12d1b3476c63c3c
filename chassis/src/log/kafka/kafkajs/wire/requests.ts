import type { Message } from 'kafkajs';
import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/crc32C.js';
import type { ByteWriter } from './protocol-types.ts';

const MAGIC = 2;
const NO_PRODUCER = -1;

/** Writes a record batch of version 2 (https://kafka.apache.org/documentation/#recordbatch): no compression, no transaction, one time for all. */
export function writeRecordBatch(writer: ByteWriter, messages: readonly Message[], now: number): void {
  writer.int64(0);
  const begin = writer.reserve(4);
  writer.int32(-1);
  writer.int8(MAGIC);
  const summed = writer.reserve(4);
  writer.int16(0);
  writer.int32(messages.length - 1);
  writer.int64(now);
  writer.int64(now);
  writer.int64(NO_PRODUCER);
  writer.int16(NO_PRODUCER);
  writer.int32(NO_PRODUCER);
  writer.int32(messages.length);
  for (const [index, message] of messages.entries()) writer.varSized(() => writeRecord(writer, message, index));
  writer.putInt32(crc32C(writer.since(summed)), summed - 4);
  writer.putInt32(writer.length - begin, begin - 4);
}

function writeRecord(writer: ByteWriter, { key, value, headers = {} }: Message, offsetDelta: number): void {
  writer.int8(0);
  // The time relative to the batch's.
  writer.varint(0);
  writer.varint(offsetDelta);
  writeText(writer, key);
  writeText(writer, value);
  const names = Object.keys(headers);
  writer.varint(names.length);
  for (const name of names) {
    writer.varString(name);
    writeText(writer, headers[name]);
  }
}

/** Writes a text or null; `isPlain` has ruled out anything else. */
function writeText(writer: ByteWriter, text: unknown): void {
  if (typeof text === 'string') writer.varString(text);
  else writer.varint(-1);
}

/** True if key, value and headers are text or absent, and there is no time of its own, which is not written here. */
export function isPlain({ key, value, headers = {}, timestamp }: Message): boolean {
  return isText(key) && isText(value) && timestamp === undefined && Object.values(headers).every(isText);
}

const isText = (value: unknown): boolean => value === null || value === undefined || typeof value === 'string';
