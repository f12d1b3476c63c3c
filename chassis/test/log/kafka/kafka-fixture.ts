import { type Admin, ConfigResourceTypes, Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import type { EventLog } from '../../../src/log/event-log.ts';
import { declareTopics } from '../../../src/log/kafka/declare-topics.ts';
import type { KafkaTopicsOptions } from '../../../src/log/kafka/kafka-address.ts';
import { type KafkaLogOptions, openKafkaLog } from '../../../src/log/kafka/kafka-log.ts';
import { kafkaProxy, type TcpProxy } from '../../../src/testing/tcp-proxy.ts';
import { addressOf } from '../../../src/testing/real-servers.ts';
import { contractTopics, type OpenedLog } from '../log-fixture.ts';

/** Names of its own for every test: they share one broker. */
export const testTopics = (): KafkaTopicsOptions => ({
  brokers: addressOf('Kafka').split(','),
  clientId: 'chassis-test',
  topics: contractTopics,
  topicPrefix: `test-${crypto.randomUUID()}.`,
});

/** What an operator does with tools of Kafka. */
export async function asOperator<T>({ brokers }: KafkaTopicsOptions, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

export function removeTopics(options: KafkaTopicsOptions): Promise<void> {
  return asOperator(options, async (admin) => {
    const present = await admin.listTopics();
    const ours = namesOf(options).filter((name) => present.includes(name));
    if (ours.length > 0) await admin.deleteTopics({ topics: ours });
  });
}

/** True when the broker has given up all members of a group. */
export function hasNoMember(options: KafkaTopicsOptions, group: string): Promise<boolean> {
  return asOperator(options, async (admin) => {
    const { groups } = await admin.describeGroups([(options.topicPrefix ?? '') + group]);
    return groups.every(({ members }) => members.length === 0);
  });
}

/** As somebody else makes them. */
export function makeTopics(options: KafkaTopicsOptions, settings: Readonly<Record<string, string>>): Promise<void> {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  const topics = options.topics.map(({ name, partitions }) => ({ topic: (options.topicPrefix ?? '') + name, numPartitions: partitions, configEntries }));
  return asOperator(options, async (admin) => void (await admin.createTopics({ topics })));
}

/** On topics that are in use; what is not named goes back to the broker's own. */
export function setTopicConfig(options: KafkaTopicsOptions, settings: Readonly<Record<string, string>>): Promise<void> {
  return asOperator(options, async (admin) => {
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    const resources = namesOf(options).map((name) => ({ type: ConfigResourceTypes.TOPIC, name, configEntries }));
    await admin.alterConfigs({ validateOnly: false, resources });
  });
}

const namesOf = ({ topics, topicPrefix = '' }: KafkaTopicsOptions): string[] => topics.map(({ name }) => topicPrefix + name);

export interface ProxiedLog {
  readonly log: EventLog;
  readonly proxy: TcpProxy;
  readonly reports: string[];
}

/** A log whose network can be broken. */
export async function openProxied(
  topics: KafkaTopicsOptions,
  more: Pick<KafkaLogOptions, 'onHandlerFailure'> = {},
): Promise<ProxiedLog> {
  const proxy = await kafkaProxy(topics.brokers[0] ?? '');
  const reports: string[] = [];
  // Whoever tells of a failure is one.
  const broken = (): never => {
    throw new Error('this cannot be told');
  };
  const report = (error: unknown, message: string): void => {
    reports.push(`${message}: ${String(error)}`);
    broken();
  };
  const log = await openKafkaLog({ ...topics, ...more, brokers: [`${proxy.host}:${proxy.port}`], report, onHandlerFailure: broken });
  return { log, proxy, reports };
}

/** A crash is played by taking the network away for good: the broker cannot tell it from a dead process. */
export async function openKafkaContract(): Promise<OpenedLog> {
  const topics = testTopics();
  const crashed: ProxiedLog[] = [];
  await declareTopics(topics);
  let current = await openProxied(topics);

  async function end({ log, proxy }: ProxiedLog): Promise<void> {
    await log.close();
    await proxy.close();
  }

  return {
    log: current.log,
    reopen: async (crash) => {
      if (crash) {
        current.proxy.set('away');
        crashed.push(current);
      } else {
        await end(current);
      }
      current = await openProxied(topics);
      return current.log;
    },
    dispose: async () => {
      await Promise.all([...crashed, current].map(end));
      await removeTopics(topics);
    },
  };
}

/** Somebody else's client, which writes as it likes. */
export async function asStranger<T>({ brokers }: KafkaTopicsOptions, work: (producer: Producer) => Promise<T>, transactionalId?: string): Promise<T> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const transactional = transactionalId === undefined ? {} : { transactionalId, idempotent: true, maxInFlightRequests: 1 };
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, ...transactional });
  await producer.connect();
  try {
    return await work(producer);
  } finally {
    await producer.disconnect();
  }
}
