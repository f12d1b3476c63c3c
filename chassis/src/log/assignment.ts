import type { Partition } from './topic.ts';

/**
 * The member that handles a partition: the members that read its topic, in joining order, take turns by partition id, so that
 * the few partitions of many topics spread over all members. Null when no member reads the topic.
 */
export function ownerOf<Member extends { readonly topics: ReadonlySet<string> }>(
  partition: Partition,
  members: Iterable<Member>,
): Member | null {
  const eligible = [...members].filter((member) => member.topics.has(partition.topic));
  return eligible[partition.id % eligible.length] ?? null;
}
