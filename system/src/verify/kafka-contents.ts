import { openTopicReader, type TopicReader } from '@souk/chassis/log/kafka/read-topics';
import type { ReceivedMessage } from '@souk/chassis/log/event-log';
import { consumerGroup, SERVICES } from '@souk/contracts/services';
import { withPartitions, type Topic, topicsReadBy } from '@souk/contracts/topics';
import type { RealShopAddresses } from '../shop/real/addresses.ts';

type Kafka = RealShopAddresses['kafka'];

/** Reads all messages that the topics have now, a batch at a time, each partition in order. */
export function messagesIn(kafka: Kafka, topics: readonly Topic[], see: (messages: readonly ReceivedMessage[]) => void): Promise<void> {
  return reading(kafka, topics, (reader) => reader.read(topics, async (batch) => see(batch)));
}

/** Number of messages that the services' consumer groups have still to handle, in the topics they read. */
export async function unhandledIn(kafka: Kafka): Promise<number> {
  const readers = SERVICES.filter((service) => topicsReadBy(service).length > 0);
  const lags = await Promise.all(
    readers.map((service) => reading(kafka, topicsReadBy(service), (reader) => reader.lag(consumerGroup(service)))),
  );
  return lags.flat().reduce((sum, { messages }) => sum + messages, 0);
}

async function reading<T>(kafka: Kafka, names: readonly Topic[], read: (reader: TopicReader) => Promise<T>): Promise<T> {
  const topics = withPartitions(names);
  const reader = await openTopicReader({ ...kafka, clientId: 'souk.verify', topics });
  try {
    return await read(reader);
  } finally {
    reader.close();
  }
}
