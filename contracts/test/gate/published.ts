import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogMessage } from '../../src/log-message.ts';
import { type Topic, TOPICS } from '../../src/topics.ts';
import { type Break, compareSchemas, type JsonSchema } from './compare-schemas.ts';

/** What was promised to everybody with one version of a topic. */
export interface PublishedTopic {
  readonly topic: string;
  readonly version: number;
  /** Another key or count would send what belongs together to different partitions. */
  readonly key: string;
  readonly partitions: number;
  readonly data: JsonSchema;
}

const FROZEN = join(import.meta.dir, '../../frozen');
const GOLDEN = join(import.meta.dir, '../../golden');

const fileName = (topic: string, version: number) => `${topic}.v${version}.json`;
export const frozenFile = (topic: string, version: number) => join(FROZEN, fileName(topic, version));
export const goldenFile = (topic: string, version: number) => join(GOLDEN, fileName(topic, version));

/** What the code promises now. */
export function currentTopic(topic: Topic): PublishedTopic {
  const { version, key, partitions, data } = TOPICS[topic];
  return { topic, version, key, partitions, data: JSON.parse(JSON.stringify(data)) as JsonSchema };
}

export function publishedTopics(): readonly PublishedTopic[] {
  return readdirSync(FROZEN).toSorted().map((name) => readJson(join(FROZEN, name)) as PublishedTopic);
}

/** Undefined when this version was never published. */
export function publishedTopic(topic: string, version: number): PublishedTopic | undefined {
  const file = frozenFile(topic, version);
  return existsSync(file) ? (readJson(file) as PublishedTopic) : undefined;
}

/** Messages as they lie in logs since their version was published. */
export function goldenMessages(topic: string, version: number): readonly LogMessage[] {
  return readJson(goldenFile(topic, version)) as readonly LogMessage[];
}

/** What readers and writers of the published version would stumble over. */
export function breaksOf(published: PublishedTopic, current: PublishedTopic): readonly Break[] {
  const { key, partitions } = published;
  return [
    ...(key === current.key ? [] : [{ at: '', what: `key changed: ${key} -> ${current.key}` }]),
    ...(partitions === current.partitions ? [] : [{ at: '', what: `partitions changed: ${partitions} -> ${current.partitions}` }]),
    ...compareSchemas(published.data, current.data),
  ];
}

export function asFile(content: unknown): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
