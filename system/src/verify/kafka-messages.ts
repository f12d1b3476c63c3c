import { randomUUID } from 'node:crypto';
import { kafkaClient } from '@souk/chassis/kafka/kafka-client';
import { receivedMessage } from '@souk/chassis/kafka/received-message';
import { within } from '@souk/chassis/kafka/within';
import type { ReceivedMessage } from '@souk/chassis/log/event-log';
import type { Topic } from '@souk/contracts/topics';
import type { Admin, Consumer } from 'kafkajs';
import type { RealShopAddresses } from '../real/addresses.ts';
import { asAdmin, rangeOf } from './kafka-lag.ts';

const READ_LIMIT_MS = 120_000;
/** A fetch answers at once where there is something to read. */
const FETCH_WAIT_MS = 20;

type Kafka = RealShopAddresses['kafka'];

/** All messages the topics have now, each partition in its order; read by a group of its own that is gone afterwards. */
export async function messagesIn({ brokers, topicPrefix }: Kafka, topics: readonly Topic[]): Promise<readonly ReceivedMessage[]> {
  return asAdmin(brokers, async (admin) => {
    const ends = await endsOf(admin, topics.map((topic) => topicPrefix + topic));
    if (ends.size === 0) return [];
    const groupId = `${topicPrefix}verify.${randomUUID()}`;
    const client = kafkaClient({ brokers, clientId: 'souk.verify' });
    const consumer = client.kafka.consumer({ groupId, maxWaitTimeInMs: FETCH_WAIT_MS, allowAutoTopicCreation: false });
    try {
      await consumer.connect();
      return await within(READ_LIMIT_MS, 'the messages of the log', readUpTo(consumer, ends, topicPrefix));
    } finally {
      await consumer.disconnect();
      client.abandon();
      await admin.deleteGroups([groupId]);
    }
  });
}

/** Broker's topic -> partition -> the offset after its last message; what is empty is left out. */
type Ends = ReadonlyMap<string, ReadonlyMap<number, bigint>>;

async function endsOf(admin: Admin, topics: readonly string[]): Promise<Ends> {
  const all = await Promise.all(
    topics.map(async (topic) => {
      const filled = [...(await rangeOf(admin, topic))].filter(([, { low, high }]) => high > low);
      return [topic, new Map(filled.map(([partition, { high }]) => [partition, high]))] as const;
    }),
  );
  return new Map(all.filter(([, partitions]) => partitions.size > 0));
}

async function readUpTo(consumer: Consumer, ends: Ends, topicPrefix: string): Promise<readonly ReceivedMessage[]> {
  const messages: ReceivedMessage[] = [];
  const left = new Map([...ends].map(([topic, partitions]) => [topic, new Map(partitions)]));
  const done = Promise.withResolvers<void>();
  consumer.on(consumer.events.CRASH, ({ payload }) => done.reject(payload.error));
  await consumer.subscribe({ topics: [...ends.keys()], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      const end = left.get(batch.topic)?.get(batch.partition) ?? 0n;
      for (const record of batch.messages) {
        if (BigInt(record.offset) >= end) continue;
        const topic = batch.topic.slice(topicPrefix.length);
        messages.push(receivedMessage(topic, batch.partition, record));
      }
      if (BigInt(batch.lastOffset()) < end - 1n) return;
      left.get(batch.topic)?.delete(batch.partition);
      if ([...left.values()].every((partitions) => partitions.size === 0)) done.resolve();
    },
  });
  await done.promise;
  return messages;
}
