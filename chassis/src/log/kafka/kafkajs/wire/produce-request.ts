import type { Message } from 'kafkajs';
import { ByteWriter } from './protocol-types.ts';
import { isPlain, writeRecordBatch } from './requests.ts';

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
