import { consumerGroup, SERVICES, type ServiceName } from './services.ts';
import { type Topic, TOPIC_NAMES, TOPICS } from './topics.ts';

/** Users of a broker: each service, and the job that makes the topics. */
export const LOG_USERS = [...SERVICES, 'topics'] as const;

export type LogUser = (typeof LOG_USERS)[number];

/** Kafka's own words. */
export type LogOperation = 'read' | 'write' | 'create' | 'delete' | 'describe' | 'describe_configs' | 'alter_configs';

/** The operations that one user is allowed on one thing of a broker; whatever is not listed is refused there. */
export interface LogRight {
  readonly user: LogUser;
  readonly on: 'topic' | 'group';
  /** A prefix stands for all names that begin so. */
  readonly pattern: 'literal' | 'prefixed';
  readonly name: string;
  readonly operations: readonly LogOperation[];
}

/** Every process compares all topics, and their settings, with what is declared. */
const LOOK: readonly LogOperation[] = ['describe', 'describe_configs'];
const MAKE: readonly LogOperation[] = ['create', ...LOOK, 'alter_configs'];

/** Groups in which whole topics are read once, from the beginning: `openTopicReader`. They are removed afterwards. */
const READER_GROUPS = 'reader-';
/** Order makes its copy of the catalogue anew from the log. */
const READS_ONCE: readonly ServiceName[] = ['order'];

/** The least with which the shop works, by `TOPICS`. On a broker `KAFKA_TOPIC_PREFIX` stands before each name. */
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

/** For scripts, a line for all names of which the same holds: `user on pattern operation,… name…`. */
export function logRightsText(): string {
  const alike = Map.groupBy(logRights(), ({ user, on, pattern, operations }) => [user, on, pattern, operations.join(',')].join(' '));
  return [...alike].map(([what, rights]) => `${[what, ...rights.map(({ name }) => name)].join(' ')}\n`).join('');
}
