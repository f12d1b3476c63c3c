import type { Admin } from 'kafkajs';
import { EventLogError } from '../event-log-error.ts';
import { isRefused } from './refusals.ts';
import type { TopicDeclaration } from '../topic.ts';

/** Partition counts by name, for those `names` that exist on the broker. */
export async function presentTopics(admin: Admin, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const answer = await admin.fetchTopicMetadata({ topics: [...names] }).catch((error: unknown) => {
    // A topic that we are not allowed to see is not missing.
    if (isRefused(error)) throw error;
    return presentOnly(admin, names);
  });
  return new Map(answer.topics.map(({ name, partitions }) => [name, partitions.length]));
}

/** Asks for existing topics only: Kafka answers a request for several topics with an error when one of them is missing. */
async function presentOnly(admin: Admin, names: readonly string[]): ReturnType<Admin['fetchTopicMetadata']> {
  const all = new Set(await admin.listTopics());
  const topics = names.filter((name) => all.has(name));
  return topics.length === 0 ? { topics: [] } : admin.fetchTopicMetadata({ topics });
}

/** Throws EventLogError `topics-differ` that names every topic that is missing or has a different partition count. */
export function assertAsDeclared(declared: readonly TopicDeclaration[], present: ReadonlyMap<string, number>): void {
  const differing = declared.filter(({ name, partitions }) => present.get(name) !== partitions);
  if (differing.length === 0) return;
  const lines = differing.map(({ name, partitions }) => {
    const there = present.get(name);
    return `${name}: declared with ${partitions}, ${there === undefined ? 'missing' : `there with ${there}`}`;
  });
  const cure =
    'A run with --topics makes missing topics; a partition count is fixed, because keys would change places: ' +
    'take another KAFKA_TOPIC_PREFIX, or drain and delete that topic first';
  throw new EventLogError('topics-differ', `Partitions on the broker differ. ${lines.join('; ')}. ${cure}.`);
}
