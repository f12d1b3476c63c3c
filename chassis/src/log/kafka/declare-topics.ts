import type { Admin, ITopicConfig } from 'kafkajs';
import { EventLogError } from '../event-log-error.ts';
import type { TopicDeclaration } from '../topic.ts';
import { assertAsDeclared, presentTopics } from './compare-topics.ts';
import { kafkaClient } from './kafka-client.ts';
import type { KafkaTopicsOptions } from './kafka-address.ts';
import { topicNames, type TopicNames } from './topic-names.ts';
import { adoptSettings, type SettingDifference, settingDifferences, SETTINGS, settingsSentence } from './topic-settings.ts';
import { unavailable } from './refusals.ts';
import { withTimeout } from '../../timeouts.ts';

/** Time limit for the whole step: a fresh cluster takes seconds to give every partition a leader. */
const LIMIT_MS = 30_000;
const LOOK_AGAIN_MS = 100;

export interface DeclareTopicsOptions extends KafkaTopicsOptions {
  /** Copies of every partition; default: the cluster's setting. */
  readonly replicationFactor?: number;
}

/** Names are without the prefix. */
export interface DeclaredTopics {
  readonly made: readonly string[];
  /** Topics that had a default of the broker in place of a declared setting, and now have the declared one. */
  readonly adapted: readonly string[];
  /** Differences left alone because they were set on the topic itself, with the remedy; or why settings were not compared or changed. */
  readonly differing?: string;
}

/**
 * Creates the declared topics that are missing, gives the others the declared settings in place of the broker's defaults, and
 * waits until all of them can be used. Two processes may do so at once. Throws EventLogError `topics-differ` before it creates
 * anything when a topic has a different partition count, and `log-unavailable` when the cluster does not answer in time.
 */
export async function declareTopics(options: DeclareTopicsOptions): Promise<DeclaredTopics> {
  const names = topicNames(options);
  const client = kafkaClient(options);
  const admin = client.kafka.admin();
  try {
    const declaring = declare(admin, names, options.replicationFactor);
    return await withTimeout(LIMIT_MS, declaring, 'declaring the topics');
  } catch (error) {
    if (error instanceof EventLogError) throw error;
    throw unavailable(`Topics could not be declared on ${options.brokers.join(', ')}`, error);
  } finally {
    client.abandon();
  }
}

async function declare(
  admin: Admin,
  { declared, ofCaller }: TopicNames,
  replicationFactor: number | undefined,
): Promise<DeclaredTopics> {
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
  const compared = await compareSettings(admin, names.filter((name) => !made.includes(name)));
  return { ...compared, made: made.map(ofCaller), adapted: compared.adapted.map(ofCaller) };
}

/** A user who may create topics may lack the right to read or change settings: that is reported, and is not a failure. */
async function compareSettings(admin: Admin, names: readonly string[]): Promise<Pick<DeclaredTopics, 'adapted' | 'differing'>> {
  if (names.length === 0) return { adapted: [] };
  let differences: readonly SettingDifference[] = [];
  try {
    differences = await settingDifferences(admin, names);
    const inherited = differences.filter(({ isItsOwn }) => !isItsOwn);
    await adoptSettings(admin, inherited);
    const sentence = settingsSentence(differences.filter(({ isItsOwn }) => isItsOwn));
    return { adapted: [...new Set(inherited.map(({ topic }) => topic))], ...(sentence && { differing: sentence }) };
  } catch (error) {
    const why = `the broker refused to compare or change settings (${String(error)})`;
    return { adapted: [], differing: [why, settingsSentence(differences)].filter(Boolean).join('; ') };
  }
}

function configOf({ name, partitions }: TopicDeclaration, replicationFactor: number | undefined): ITopicConfig {
  const configEntries = Object.entries(SETTINGS).map(([setting, value]) => ({ name: setting, value }));
  // With three copies one may be away; an acknowledged message is still on two.
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
    // Kafka answers with an error while a partition has no leader; the caller's wait has a time limit.
    return false;
  }
}
