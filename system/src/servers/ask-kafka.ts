import { Kafka } from 'kafkajs';

const ANSWER_MS = 3000;

/** Throws when it does not serve: it must be in the cluster, and the cluster have a controller. */
export async function askKafka(address: string): Promise<void> {
  const admin = new Kafka({
    clientId: 'souk-servers',
    brokers: [address],
    connectionTimeout: ANSWER_MS,
    requestTimeout: ANSWER_MS,
    retry: { retries: 0 },
    // Being asked too early is no fault.
    logCreator: () => () => {},
  }).admin();
  try {
    await admin.connect();
    const { brokers, controller } = await admin.describeCluster();
    if (brokers.length === 0 || controller === null) throw new Error('the broker is not in the cluster yet');
  } finally {
    await admin.disconnect();
  }
}
