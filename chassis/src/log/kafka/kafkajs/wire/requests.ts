import type { Message } from 'kafkajs';
import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/crc32C.js';
import { ByteWriter } from './protocol-types.ts';

/** The arguments that kafkajs passes to its own encoder. */
export interface ProduceArguments {
  readonly acks: number;
  readonly timeout: number;
  readonly compression: number;
  readonly transactionalId?: string | null | undefined;
  readonly topicData: readonly {
    readonly topic: string;
    /** kafkajs has the number as an object key, so it may be a string. */
    readonly partitions: readonly { readonly partition: number | string; readonly messages: readonly Message[] }[];
  }[];
}

/** Estimated bytes of a message with its headers. */
const MESSAGE_BYTES = 1024;

/** True without compression, transactions, times or bytes, none of which our producer asks for. */
export function isPlainProduce({ compression, transactionalId, topicData }: ProduceArguments): boolean {
  const plain = topicData.every(({ partitions }) => partitions.every(({ messages }) => messages.every(isPlain)));
  return plain && compression === 0 && (transactionalId ?? null) === null;
}

/** Body of a Produce request of versions 3 to 8. */
export function produceRequest({ acks, timeout, topicData }: ProduceArguments, now: number): Buffer {
  const counts = topicData.flatMap(({ partitions }) => partitions.map(({ messages }) => messages.length));
  const writer = new ByteWriter(MESSAGE_BYTES * (1 + counts.reduce((sum, count) => sum + count, 0)));
  // No transactional id.
  writer.int16(-1);
  writer.int16(acks);
  writer.int32(timeout);
  writer.int32(topicData.length);
  for (const { topic, partitions } of topicData) {
    writer.string(topic);
    writer.int32(partitions.length);
    for (const { partition, messages } of partitions) {
      writer.int32(Number(partition));
      const begin = writer.reserve(4);
      writeRecordBatch(writer, messages, now);
      writer.putInt32(writer.length - begin, begin - 4);
    }
  }
  return writer.written;
}

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
function isPlain({ key, value, headers = {}, timestamp }: Message): boolean {
  return isText(key) && isText(value) && timestamp === undefined && Object.values(headers).every(isText);
}

const isText = (value: unknown): boolean => value === null || value === undefined || typeof value === 'string';

/** The arguments that kafkajs passes to its own encoder. */
export interface FetchArguments {
  readonly replicaId?: number | undefined;
  readonly isolationLevel?: number | undefined;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly rackId: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string; readonly maxBytes: number }[];
  }[];
}

const NO_REPLICA = -1;
const READ_COMMITTED = 1;
/** No fetch session: every request names all partitions. */
const NO_SESSION = { id: 0, epoch: -1 };
const UNKNOWN = -1;
const TOPIC_BYTES = 256;

/** Body of a Fetch request of version 11. */
export function fetchRequest(asked: FetchArguments): Buffer {
  const writer = new ByteWriter(TOPIC_BYTES * (1 + asked.topics.length));
  writer.int32(asked.replicaId ?? NO_REPLICA);
  writer.int32(asked.maxWaitTime);
  writer.int32(asked.minBytes);
  writer.int32(asked.maxBytes);
  writer.int8(asked.isolationLevel ?? READ_COMMITTED);
  writer.int32(NO_SESSION.id);
  writer.int32(NO_SESSION.epoch);
  writer.int32(asked.topics.length);
  for (const { topic, partitions } of asked.topics) {
    writer.string(topic);
    writer.int32(partitions.length);
    for (const { partition, fetchOffset, maxBytes } of partitions) {
      writer.int32(partition);
      // The leader's epoch here, and the start of the log below: only followers know them.
      writer.int32(UNKNOWN);
      writer.int64(Number(fetchOffset));
      writer.int64(UNKNOWN);
      writer.int32(maxBytes);
    }
  }
  // No forgotten topics, because there is no session.
  writer.int32(0);
  writer.string(asked.rackId);
  return writer.written;
}
