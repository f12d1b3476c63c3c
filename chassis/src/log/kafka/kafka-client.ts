import { connect, isIP, type Socket } from 'node:net';
import { connect as connectEncrypted } from 'node:tls';
import { type ISocketFactory, Kafka, type KafkaConfig, logLevel, type RetryOptions } from 'kafkajs';
import { EventLogError } from '../event-log.ts';
import type { KafkaAddress, KafkaSecurity } from './kafka-address.ts';
import './kafkajs/codec.ts';
import './kafkajs/corrections.ts';

/** Milliseconds until a request without an answer counts as lost, and its connection with it. */
const REQUEST_LIMIT_MS = 4000;
const CONNECT_LIMIT_MS = 2000;
const KEEP_ALIVE_MS = 15_000;

/** One retry, for a leader that has moved; further retries are up to the caller, who knows what is waiting. */
const ONE_RETRY: RetryOptions = { initialRetryTime: 100, maxRetryTime: 300, retries: 1 };

const OPEN: KafkaSecurity = { tls: false };

export interface KafkaClient {
  readonly kafka: Kafka;
  /** Closes all connections, because one of them does not answer; kafkajs opens new ones. */
  cut(): void;
  /** Closes all connections for good: any further attempt of kafkajs fails at once and ends. */
  abandon(): void;
}

/** The TLS server name. A broker known only by its IP address gets none, and its certificate has the address. */
function serverNameOf(host: string): { readonly servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}

/**
 * A kafkajs client whose sockets can be closed from outside: kafkajs would go on using a connection that no longer
 * answers, and has no time limit for an orderly end.
 */
export function kafkaClient({ brokers, clientId, security = OPEN }: KafkaAddress, retry = ONE_RETRY): KafkaClient {
  const sockets = new Set<Socket>();
  let abandoned = false;

  const socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    if (abandoned) throw new Error('this client is closed');
    const socket = security.tls
      ? connectEncrypted({ host, port, ...serverNameOf(host) }, onConnect)
      : connect({ host, port }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };

  function cut(): void {
    for (const socket of sockets) socket.destroy(new Error('the connection was cut: no answer'));
  }

  const kafka = new Kafka({
    // An empty list makes kafkajs stop trying.
    brokers: () => (abandoned ? [] : [...brokers]),
    clientId,
    ssl: security.tls,
    ...(security.sasl && { sasl: security.sasl as NonNullable<KafkaConfig['sasl']> }),
    authenticationTimeout: REQUEST_LIMIT_MS,
    socketFactory,
    connectionTimeout: CONNECT_LIMIT_MS,
    requestTimeout: REQUEST_LIMIT_MS,
    retry,
    // Errors that matter come as a rejection or an event; kafkajs' log also has errors for a first group and for every rebalance.
    logLevel: logLevel.NOTHING,
  });

  return {
    kafka,
    cut,
    abandon: () => {
      abandoned = true;
      cut();
    },
  };
}

const RIGHTS = 'the user of KAFKA_USERNAME lacks a right';

/** kafkajs does not pass on the reason. */
const NO_COORDINATOR = 'no coordinator of the group';

/** Answers of a broker that is available and refuses us, each with its remedy; any other error may pass by itself. */
const REFUSALS: Readonly<Record<string, string>> = {
  INVALID_SESSION_TIMEOUT:
    'set KAFKA_SESSION_TIMEOUT_MS to what lies between its group.min.session.timeout.ms and its group.max.session.timeout.ms',
  GROUP_MAX_SIZE_REACHED: 'its group.max.size leaves no place: raise it, or run fewer replicas',
  [NO_COORDINATOR]: `brokers are away, or fewer than its offsets.topic.replication.factor, or ${RIGHTS}: READ and DESCRIBE on this group`,
  INCONSISTENT_GROUP_PROTOCOL: 'another program is a member of this group: end it, or set another KAFKA_TOPIC_PREFIX',
  GROUP_AUTHORIZATION_FAILED: `${RIGHTS}: READ and DESCRIBE on this group`,
  TOPIC_AUTHORIZATION_FAILED: `${RIGHTS}: READ, WRITE and DESCRIBE on all topics of KAFKA_TOPIC_PREFIX, CREATE for --topics`,
  CLUSTER_AUTHORIZATION_FAILED: `${RIGHTS}: CREATE on the cluster, for --topics`,
  SASL_AUTHENTICATION_FAILED: 'check KAFKA_SASL, KAFKA_USERNAME and KAFKA_PASSWORD',
  UNSUPPORTED_SASL_MECHANISM: 'its sasl.enabled.mechanisms does not have the one of KAFKA_SASL',
  ILLEGAL_SASL_STATE: 'this port has no SASL: leave KAFKA_SASL out, or use the port that has',
  NOT_ENOUGH_REPLICAS: 'fewer brokers are in sync than the min.insync.replicas of a topic: start them, or lower it',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'fewer brokers are in sync than the min.insync.replicas of a topic: start them, or lower it',
  INVALID_REPLICATION_FACTOR: 'it has fewer brokers than KAFKA_REPLICATION, or its default.replication.factor, asks for',
  POLICY_VIOLATION: 'its policy does not allow our topics: create them as docs/deployment.md says',
  UNSUPPORTED_VERSION: 'it supports no version of the protocol that this program knows: update one of them',
};

/** Other errors of kafkajs that mean the same, by name. */
const BY_NAME: Readonly<Record<string, string>> = {
  KafkaJSGroupCoordinatorNotFound: NO_COORDINATOR,
  KafkaJSSASLAuthenticationError: 'SASL_AUTHENTICATION_FAILED',
  KafkaJSServerDoesNotSupportApiKey: 'UNSUPPORTED_VERSION',
};

/** The broker's answer by its name in the protocol; kafkajs wraps it once or several times. */
export function answerOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('type' in error && typeof error.type === 'string') return error.type;
  const inner = error instanceof AggregateError || 'errors' in error ? error.errors : undefined;
  return BY_NAME[error.name] ?? answerOf(Array.isArray(inner) ? inner[0] : error.cause);
}

/** The error `log-unavailable`: `what` tells which action failed; the remedy follows if the broker refused it. */
export function unavailable(what: string, error: unknown): EventLogError {
  const answer = answerOf(error);
  const cure = answer === undefined ? undefined : REFUSALS[answer];
  return new EventLogError('log-unavailable', cure === undefined ? what : `${what}: the broker answers ${answer}; ${cure}`, error);
}

/** True when the broker is available and refuses, which waiting does not change. */
export function isRefused(error: unknown): boolean {
  return REFUSALS[answerOf(error) ?? ''] !== undefined;
}
