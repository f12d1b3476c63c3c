import { EventLogError, type TopicDeclaration } from '../event-log.ts';

/** Default of `KafkaAddress.sessionMs`, in milliseconds. */
export const SESSION_MS = 6000;

/** TLS and SASL settings. */
export interface KafkaSecurity {
  /** Encrypts, and checks the brokers' certificates (`NODE_EXTRA_CA_CERTS` adds authorities). */
  readonly tls: boolean;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

/** Address of a Kafka API, and the prefix of topic names there. */
export interface KafkaAddress {
  /** `host:port` of some brokers; they name the others. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /**
   * Session time-out in milliseconds, 3000 at least: a group member that is silent for longer loses its partitions. Brokers
   * accept values between their `group.min.session.timeout.ms` and `group.max.session.timeout.ms`. Default: 6000.
   */
  readonly sessionMs?: number;
  /** Default: neither encrypted nor authenticated. */
  readonly security?: KafkaSecurity;
  /**
   * Prefix of the names of topics and groups on the broker, so that several shops can share one. Callers never see it.
   */
  readonly topicPrefix?: string;
}

export interface KafkaTopicsOptions extends KafkaAddress {
  readonly topics: readonly TopicDeclaration[];
}

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
