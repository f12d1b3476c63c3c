import { EventLogError } from '../event-log-error.ts';

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
  SASL_AUTHENTICATION_FAILED: 'look at KAFKA_SASL, KAFKA_USERNAME and KAFKA_PASSWORD',
  UNSUPPORTED_SASL_MECHANISM: 'its sasl.enabled.mechanisms has another than KAFKA_SASL',
  ILLEGAL_SASL_STATE: 'it does not ask who we are: leave KAFKA_SASL out, or take its port for SASL',
  NOT_ENOUGH_REPLICAS: 'fewer brokers are in sync than the min.insync.replicas of a topic: start them, or lower it',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'fewer brokers are in sync than the min.insync.replicas of a topic: start them, or lower it',
  INVALID_REPLICATION_FACTOR: 'it has fewer brokers than KAFKA_REPLICATION, or its default.replication.factor, asks for',
  POLICY_VIOLATION: 'its policy does not allow our topics: make them as docs/deployment.md says',
  UNSUPPORTED_VERSION: 'it speaks no version of the protocol that we know: update it, or this program',
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
