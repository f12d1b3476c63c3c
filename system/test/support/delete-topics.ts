import { Kafka, logLevel } from 'kafkajs';

/** Removes a shop's topics from the broker. */
export async function deleteTopics({
  brokers,
  topicPrefix,
}: {
  readonly brokers: readonly string[];
  readonly topicPrefix: string;
}): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], clientId: 'souk.test', logLevel: logLevel.NOTHING }).admin();
  try {
    await admin.connect();
    const own = (await admin.listTopics()).filter((topic) => topic.startsWith(topicPrefix));
    await admin.deleteTopics({ topics: own });
  } finally {
    await admin.disconnect();
  }
}
