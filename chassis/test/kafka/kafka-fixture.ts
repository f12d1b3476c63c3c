import { Kafka, logLevel } from 'kafkajs';
import type { EventLog } from '../../src/log/event-log.ts';
import { declareTopics } from '../../src/kafka/declare-topics.ts';
import { openKafkaLog } from '../../src/kafka/kafka-log.ts';
import type { KafkaLogOptions, KafkaTopicsOptions } from '../../src/kafka/kafka-log-options.ts';
import { kafkaProxy } from '../../src/testing/kafka-proxy.ts';
import { addressOf } from '../../src/testing/real-servers.ts';
import type { TcpProxy } from '../../src/testing/tcp-proxy.ts';
import { contractTopics, type OpenedLog } from '../log/log-fixture.ts';

/** Names of its own for every test: they share one broker. */
export const testTopics = (): KafkaTopicsOptions => ({
  brokers: addressOf('Kafka').split(','),
  clientId: 'chassis-test',
  topics: contractTopics,
  topicPrefix: `test-${crypto.randomUUID()}.`,
});

export async function removeTopics({ brokers, topics, topicPrefix = '' }: KafkaTopicsOptions): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const present = await admin.listTopics();
  const ours = topics.map(({ name }) => topicPrefix + name).filter((name) => present.includes(name));
  if (ours.length > 0) await admin.deleteTopics({ topics: ours });
  await admin.disconnect();
}

/** True when the broker has given up all members of a group. */
export async function hasNoMember({ brokers, topicPrefix = '' }: KafkaTopicsOptions, group: string): Promise<boolean> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const { groups } = await admin.describeGroups([topicPrefix + group]);
  await admin.disconnect();
  return groups.every(({ members }) => members.length === 0);
}

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
  const report = (error: unknown, message: string): void => void reports.push(`${message}: ${String(error)}`);
  const log = await openKafkaLog({ ...topics, ...more, brokers: [`${proxy.host}:${proxy.port}`], report });
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
