import { EventLogError } from '../event-log-error.ts';
import type { TopicDeclaration } from '../topic.ts';
import type { KafkaTopicsOptions } from './kafka-address.ts';

/** Names as callers know them and as the broker knows them. */
export interface TopicNames {
  /** Declarations with the broker's names. */
  readonly declared: readonly TopicDeclaration[];
  /** Throws EventLogError `unknown-topic` for one that is not declared. */
  onBroker(topic: string): string;
  ofCaller(onBroker: string): string;
  group(name: string): string;
}

export function topicNames({ topics, topicPrefix = '' }: KafkaTopicsOptions): TopicNames {
  const known = new Set(topics.map(({ name }) => name));
  return {
    declared: topics.map(({ name, partitions }) => ({ name: topicPrefix + name, partitions })),
    onBroker: (topic) => {
      if (!known.has(topic)) throw new EventLogError('unknown-topic', `Topic ${topic} is not declared`);
      return topicPrefix + topic;
    },
    ofCaller: (name) => name.slice(topicPrefix.length),
    group: (name) => topicPrefix + name,
  };
}
