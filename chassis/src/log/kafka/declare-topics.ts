import { type Admin, type ConfigEntries, ConfigResourceTypes, ConfigSource, type ITopicConfig, KafkaJSProtocolError } from 'kafkajs';
import { withTimeout } from '../../timeouts.ts';
import { EventLogError, type TopicDeclaration } from '../event-log.ts';
import { type KafkaTopicsOptions, type TopicNames, topicNames } from './kafka-address.ts';
import { isRefused, kafkaClient, unavailable } from './kafka-client.ts';
import { MESSAGE_LIMIT } from '../message-limits.ts';
import type { Report } from '../../telemetry/report.ts';

/** Time limit for the whole step: a fresh cluster takes seconds to give every partition a leader. */
const LIMIT_MS = 30_000;
const LOOK_AGAIN_MS = 100;

interface DeclareTopicsOptions extends KafkaTopicsOptions {
  /** Copies of every partition; default: the cluster's setting. */
  readonly replicationFactor?: number;
}

/** Names are without the prefix. */
interface DeclaredTopics {
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

/** Partition counts by name, for those `names` that exist on the broker. */
export async function presentTopics(admin: Admin, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const answer = await admin.fetchTopicMetadata({ topics: [...names] }).catch((error: unknown) => {
    // A topic that we are not allowed to see is not missing.
    if (isRefused(error)) throw error;
    return presentOnly(admin, names);
  });
  return new Map(answer.topics.map(({ name, partitions }) => [name, partitions.length]));
}

/** Asks for existing topics only: Kafka answers a request for several topics with an error when one of them is missing. */
async function presentOnly(admin: Admin, names: readonly string[]): ReturnType<Admin['fetchTopicMetadata']> {
  const all = new Set(await admin.listTopics());
  const topics = names.filter((name) => all.has(name));
  return topics.length === 0 ? { topics: [] } : admin.fetchTopicMetadata({ topics });
}

/** Throws EventLogError `topics-differ` that names every topic that is missing or has a different partition count. */
export function assertAsDeclared(declared: readonly TopicDeclaration[], present: ReadonlyMap<string, number>): void {
  const differing = declared.filter(({ name, partitions }) => present.get(name) !== partitions);
  if (differing.length === 0) return;
  const lines = differing.map(({ name, partitions }) => {
    const there = present.get(name);
    return `${name}: declared with ${partitions}, ${there === undefined ? 'missing' : `there with ${there}`}`;
  });
  const cure =
    'A run with --topics makes missing topics; a partition count is fixed, because keys would change places: ' +
    'take another KAFKA_TOPIC_PREFIX, or drain and delete that topic first';
  throw new EventLogError('topics-differ', `Partitions on the broker differ. ${lines.join('; ')}. ${cure}.`);
}

/** Twice the limit, because the broker counts its own framing of a batch as well. */
const BATCH_LIMIT = 2 * MESSAGE_LIMIT;

/**
 * Settings that we rely on and that a broker may have otherwise. Nothing is deleted by age, size or key: new readers begin at
 * the beginning. Batches stay as they were sent: if the broker compressed them (again), every reader would pay for it. Messages
 * carry the time at which the log accepted them.
 */
export const SETTINGS: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'compression.type': 'producer',
  'max.message.bytes': String(BATCH_LIMIT),
  'message.timestamp.type': 'LogAppendTime',
  'retention.bytes': '-1',
  'retention.ms': '-1',
};

/** A setting of a topic that differs from the declared one. */
interface SettingDifference {
  readonly topic: string;
  readonly setting: string;
  readonly there: string;
  readonly declared: string;
  /** True: it was set on this topic deliberately. False: it is the broker's default for all topics. */
  readonly isItsOwn: boolean;
}

async function settingDifferences(admin: Admin, names: readonly string[]): Promise<readonly SettingDifference[]> {
  const described = await describeTopics(admin, names, Object.keys(SETTINGS));
  return [...described].flatMap(([topic, entries]) =>
    entries.flatMap(({ configName: setting, configValue: there, configSource }) => {
      const declared = SETTINGS[setting];
      if (declared === undefined || isEnough(setting, there, declared)) return [];
      return [{ topic, setting, there, declared, isItsOwn: configSource === ConfigSource.TOPIC_CONFIG }];
    }),
  );
}

/** True for the declared value, or for a limit that accepts even larger batches. */
function isEnough(setting: string, there: string, declared: string): boolean {
  return there === declared || (setting === 'max.message.bytes' && Number(there) > Number(declared));
}

/**
 * Gives topics the declared settings in place of the broker's defaults. Settings made on a topic itself stay, and have
 * to be sent again: kafkajs knows only the request that replaces all of a topic's settings.
 */
async function adoptSettings(admin: Admin, differences: readonly SettingDifference[]): Promise<void> {
  const wanted = Map.groupBy(differences, ({ topic }) => topic);
  if (wanted.size === 0) return;
  const described = await describeTopics(admin, [...wanted.keys()]);
  const resources = [...described].map(([name, entries]) => {
    const own = entries.filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG);
    const configEntries = [
      ...own.map(({ configName, configValue }) => ({ name: configName, value: configValue })),
      ...(wanted.get(name) ?? []).map(({ setting, declared }) => ({ name: setting, value: declared })),
    ];
    return { type: ConfigResourceTypes.TOPIC, name, configEntries };
  });
  await admin.alterConfigs({ validateOnly: false, resources });
}

/** The differences in one line, with the remedy; undefined if there are none. */
function settingsSentence(differences: readonly SettingDifference[]): string | undefined {
  if (differences.length === 0) return undefined;
  const told = differences.map(({ topic, setting, there, declared }) => `${topic}: ${setting} is ${there}, declared ${declared}`);
  const commands = new Set(differences.map(({ setting, declared }) => `${setting}=${declared}`));
  return (
    `${told.join('; ')}. A run with --topics gives topics what is declared in place of the broker's own; what was set on a topic ` +
    `itself is changed by kafka-configs.sh --alter --entity-type topics --entity-name TOPIC --add-config ${[...commands].join(',')}`
  );
}

/** Reports how topics differ from the declaration; neither that nor a missing right to read settings stops anything. */
export async function tellSettings(admin: Admin, names: readonly string[], report: Report): Promise<void> {
  try {
    const sentence = settingsSentence(await settingDifferences(admin, names));
    if (sentence !== undefined) report(sentence, 'topics have other settings than declared');
  } catch (error) {
    // A broker that has gone away meanwhile is reported where it is needed.
    if (error instanceof KafkaJSProtocolError) report(error, 'the broker refuses to show the settings of the topics; they are not compared');
  }
}

async function describeTopics(admin: Admin, names: readonly string[], configNames?: readonly string[]): Promise<Map<string, ConfigEntries[]>> {
  const asked = names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name, ...(configNames && { configNames: [...configNames] }) }));
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: asked });
  return new Map(resources.map(({ resourceName, configEntries }) => [resourceName, configEntries]));
}
