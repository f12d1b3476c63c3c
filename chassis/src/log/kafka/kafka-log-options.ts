import type { HandlerFailure } from '../handler-failures.ts';
import type { TopicDeclaration } from '../topic.ts';
import type { Report } from '../../telemetry/report.ts';

/** Milliseconds of `KafkaAddress.sessionMs` where nobody says otherwise. */
export const SESSION_MS = 6000;

/** How brokers that ask for it are convinced. */
export interface KafkaSecurity {
  /** Encrypted, the brokers' certificates checked (`NODE_EXTRA_CA_CERTS` adds authorities). */
  readonly tls: boolean;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

/** How to reach a Kafka API, and under which names its topics lie there. */
export interface KafkaAddress {
  /** `host:port` of some brokers; they name the others. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /**
   * How long a member of a group may say nothing before its partitions are another's, in milliseconds; 3000 at least. Brokers
   * take what lies between their `group.min.session.timeout.ms` and `group.max.session.timeout.ms`. Default: 6000.
   */
  readonly sessionMs?: number;
  /** Default: neither encrypted nor authenticated. */
  readonly security?: KafkaSecurity;
  /**
   * Put before the names of topics and groups on the broker, so that several shops can share one. Callers never see it.
   */
  readonly topicPrefix?: string;
}

export interface KafkaTopicsOptions extends KafkaAddress {
  readonly topics: readonly TopicDeclaration[];
}

export interface KafkaLogOptions extends KafkaTopicsOptions {
  /** Told each time a handler rejects; the messages come again in any case. */
  readonly onHandlerFailure?: (failure: HandlerFailure) => void;
  /** Told what went wrong in the background, where no caller waits for it. */
  readonly report: Report;
}
