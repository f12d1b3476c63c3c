import { consumerGroup, SERVICES, type ServiceName } from './services.ts';
import { type Topic, TOPIC_NAMES, TOPICS } from './topics.ts';

/** Users of a broker: each service, and the job that creates the topics. */
export const LOG_USERS = [...SERVICES, 'topics'] as const;

export type LogUser = (typeof LOG_USERS)[number];

/** Kafka's own names. */
export type LogOperation = 'read' | 'write' | 'create' | 'delete' | 'describe' | 'describe_configs' | 'alter_configs';

/** The operations that one user is allowed on one resource of a broker; the broker refuses whatever is not listed. */
export interface LogRight {
  readonly user: LogUser;
  readonly on: 'topic' | 'group';
  /** `prefixed` stands for all names that begin with `name`. */
  readonly pattern: 'literal' | 'prefixed';
  readonly name: string;
  readonly operations: readonly LogOperation[];
}

/** Every process compares all topics and their settings with the declared ones. */
const LOOK: readonly LogOperation[] = ['describe', 'describe_configs'];
const MAKE: readonly LogOperation[] = ['create', ...LOOK, 'alter_configs'];

/** Prefix of groups that read whole topics once, from the beginning: `openTopicReader`. They are removed afterwards. */
const READER_GROUPS = 'reader-';
/** Services that read whole topics: Order rebuilds its copy of the catalogue from the log. */
const READS_ONCE: readonly ServiceName[] = ['order'];

/** The least rights with which the shop works, derived from `TOPICS`. On a broker `KAFKA_TOPIC_PREFIX` precedes each name. */
export function logRights(): readonly LogRight[] {
  const onTopics = LOG_USERS.flatMap((user) => TOPIC_NAMES.map((name): LogRight => ({ user, on: 'topic', pattern: 'literal', name, operations: onTopic(user, name) })));
  const onGroups = SERVICES.map((user): LogRight => ({ user, on: 'group', pattern: 'literal', name: consumerGroup(user), operations: ['read'] }));
  const onReaders = READS_ONCE.map((user): LogRight => ({ user, on: 'group', pattern: 'prefixed', name: READER_GROUPS, operations: ['read', 'delete'] }));
  return [...onTopics, ...onGroups, ...onReaders];
}

function onTopic(user: LogUser, topic: Topic): readonly LogOperation[] {
  if (user === 'topics') return MAKE;
  const { madeBy, readBy } = TOPICS[topic];
  if (madeBy === user) return ['write', ...LOOK];
  return readBy.includes(user) ? ['read', ...LOOK] : LOOK;
}

/** The rights as text for scripts, a line for all names with the same rights: `user on pattern operation,… name…`. */
export function logRightsText(): string {
  const alike = Map.groupBy(logRights(), ({ user, on, pattern, operations }) => [user, on, pattern, operations.join(',')].join(' '));
  return [...alike].map(([what, rights]) => `${[what, ...rights.map(({ name }) => name)].join(' ')}\n`).join('');
}
