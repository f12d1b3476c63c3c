import type { HandlerFailure } from '../handler-failures.ts';
import type { TopicDeclaration } from '../topic.ts';
import type { Report } from '../../telemetry/report.ts';

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

export interface KafkaLogOptions extends KafkaTopicsOptions {
  /** Called each time a handler rejects; the messages are delivered again in any case. */
  readonly onHandlerFailure?: (failure: HandlerFailure) => void;
  /** Reports errors of background work, which no caller waits for. */
  readonly report: Report;
}
