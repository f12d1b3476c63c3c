import { kafkaClient, ONE_RETRY } from '@souk/chassis/kafka/kafka-client';
import { SERVICES } from '@souk/contracts/services';
import { topicsReadBy } from '@souk/contracts/topics';
import type { Admin } from 'kafkajs';
import type { RealShopAddresses } from '../real/addresses.ts';

/** The offset after the last message and that of the first one, by partition. */
export type Range = ReadonlyMap<number, { readonly low: bigint; readonly high: bigint }>;

/** Messages of the topics they read that the services' groups have still to handle. */
export async function unhandledIn({ brokers, topicPrefix }: RealShopAddresses['kafka']): Promise<number> {
  return asAdmin(brokers, async (admin) => {
    const ranges = new Map<string, Range>();
    let unhandled = 0n;
    for (const service of SERVICES) {
      const topics = topicsReadBy(service).map((topic) => topicPrefix + topic);
      if (topics.length === 0) continue;
      for (const { topic, partitions } of await admin.fetchOffsets({ groupId: `${topicPrefix}souk.${service}`, topics })) {
        const range = ranges.get(topic) ?? (await rangeOf(admin, topic));
        ranges.set(topic, range);
        for (const { partition, offset } of partitions) unhandled += behind(range, partition, BigInt(offset));
      }
    }
    return Number(unhandled);
  });
}

export async function asAdmin<T>(brokers: readonly string[], ask: (admin: Admin) => Promise<T>): Promise<T> {
  const client = kafkaClient({ brokers, clientId: 'souk.verify' });
  const admin = client.kafka.admin({ retry: ONE_RETRY });
  try {
    await admin.connect();
    return await ask(admin);
  } finally {
    await admin.disconnect();
    client.abandon();
  }
}

export async function rangeOf(admin: Admin, topic: string): Promise<Range> {
  const partitions = await admin.fetchTopicOffsets(topic);
  return new Map(partitions.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
}

/** A group that has stored nothing yet (-1) begins with the first message. */
function behind(range: Range, partition: number, offset: bigint): bigint {
  const { low = 0n, high = 0n } = range.get(partition) ?? {};
  return high - (offset < low ? low : offset);
}
