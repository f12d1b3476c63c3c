import { kafkaClient } from '@souk/chassis/log/kafka/kafka-client';
import type { KafkaSecurity } from '@souk/chassis/log/kafka/kafka-address';

/** Throws unless the broker serves: it must be in the cluster, and the cluster must have a controller. */
export async function askKafka(address: string, security: KafkaSecurity = { tls: false }): Promise<void> {
  const client = kafkaClient({ brokers: [address], clientId: 'souk-servers', security }, { retries: 0 });
  try {
    const admin = client.kafka.admin();
    await admin.connect();
    const { brokers, controller } = await admin.describeCluster();
    if (brokers.length === 0 || controller === null) throw new Error('the broker is not in the cluster yet');
  } finally {
    client.abandon();
  }
}
