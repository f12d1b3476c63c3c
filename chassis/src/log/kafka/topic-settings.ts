import { type Admin, type ConfigEntries, ConfigResourceTypes, ConfigSource, KafkaJSProtocolError } from 'kafkajs';
import { MESSAGE_LIMIT } from '../message-limits.ts';
import type { Report } from '../../telemetry/report.ts';

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
export interface SettingDifference {
  readonly topic: string;
  readonly setting: string;
  readonly there: string;
  readonly declared: string;
  /** True: it was set on this topic deliberately. False: it is the broker's default for all topics. */
  readonly isItsOwn: boolean;
}

export async function settingDifferences(admin: Admin, names: readonly string[]): Promise<readonly SettingDifference[]> {
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
export async function adoptSettings(admin: Admin, differences: readonly SettingDifference[]): Promise<void> {
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
export function settingsSentence(differences: readonly SettingDifference[]): string | undefined {
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
    if (error instanceof KafkaJSProtocolError) report(error, 'the settings of the topics may not be read, and are not compared');
  }
}

async function describeTopics(admin: Admin, names: readonly string[], configNames?: readonly string[]): Promise<Map<string, ConfigEntries[]>> {
  const asked = names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name, ...(configNames && { configNames: [...configNames] }) }));
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: asked });
  return new Map(resources.map(({ resourceName, configEntries }) => [resourceName, configEntries]));
}
