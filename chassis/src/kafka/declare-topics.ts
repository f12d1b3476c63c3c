import type { Admin, ITopicConfig } from 'kafkajs';
import { EventLogError } from '../log/event-log-error.ts';
import { MESSAGE_LIMIT } from '../log/message-limit.ts';
import type { TopicDeclaration } from '../log/topic-table.ts';
import { assertAsDeclared, presentTopics } from './compare-topics.ts';
import { kafkaClient } from './kafka-client.ts';
import type { KafkaTopicsOptions } from './kafka-log-options.ts';
import { topicNames } from './topic-names.ts';
import { within } from './within.ts';

/** For the whole step: a fresh cluster takes seconds to give every partition a leader. */
const LIMIT_MS = 30_000;
const LOOK_AGAIN_MS = 100;
/** The broker counts its own framing of a batch as well. */
const BATCH_LIMIT = 2 * MESSAGE_LIMIT;

export interface DeclareTopicsOptions extends KafkaTopicsOptions {
  /** Copies of every partition; default: what the cluster is set to. */
  readonly replicationFactor?: number;
}

/**
 * Makes the declared topics that are missing and waits until all of them can be used; answers the names it made, without
 * the prefix. Two may run at once. Throws EventLogError `topics-differ` before it makes anything when a topic has another
 * partition count, and `log-unavailable` when the cluster does not answer in time.
 */
export async function declareTopics(options: DeclareTopicsOptions): Promise<readonly string[]> {
  const { declared, ofCaller } = topicNames(options);
  const client = kafkaClient(options);
  const admin = client.kafka.admin();
  try {
    const made = declare(admin, declared, options.replicationFactor);
    return (await within(LIMIT_MS, 'declaring the topics', made)).map(ofCaller);
  } catch (error) {
    if (error instanceof EventLogError) throw error;
    throw new EventLogError('log-unavailable', `Topics could not be declared on ${options.brokers.join(', ')}`, error);
  } finally {
    client.abandon();
  }
}

async function declare(
  admin: Admin,
  declared: readonly TopicDeclaration[],
  replicationFactor: number | undefined,
): Promise<readonly string[]> {
  await admin.connect();
  const names = declared.map(({ name }) => name);
  const present = await presentTopics(admin, names);
  assertAsDeclared(declared.filter(({ name }) => present.has(name)), present);
  const made: string[] = [];
  for (const topic of declared.filter(({ name }) => !present.has(name))) {
    if (await admin.createTopics({ topics: [configOf(topic, replicationFactor)], waitForLeaders: false })) {
      made.push(topic.name);
    }
  }
  const limit = performance.now() + LIMIT_MS;
  while (!(await allHaveLeaders(admin, names)) && performance.now() < limit) await Bun.sleep(LOOK_AGAIN_MS);
  assertAsDeclared(declared, await presentTopics(admin, names));
  return made;
}

/** Nothing is forgotten by age: new readers begin at the beginning. Messages carry the time at which the log took them. */
const SETTINGS = { 'max.message.bytes': String(BATCH_LIMIT), 'retention.ms': '-1', 'message.timestamp.type': 'LogAppendTime' };

function configOf({ name, partitions }: TopicDeclaration, replicationFactor: number | undefined): ITopicConfig {
  const configEntries = Object.entries(SETTINGS).map(([setting, value]) => ({ name: setting, value }));
  // With three copies one may be away; an acknowledged message is then still on two.
  if (replicationFactor !== undefined && replicationFactor >= 3) {
    configEntries.push({ name: 'min.insync.replicas', value: '2' });
  }
  return { topic: name, numPartitions: partitions, replicationFactor: replicationFactor ?? -1, configEntries };
}

async function allHaveLeaders(admin: Admin, names: readonly string[]): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
    return topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
  } catch {
    // Kafka answers with an error while one has none; whoever waits has a limit.
    return false;
  }
}
