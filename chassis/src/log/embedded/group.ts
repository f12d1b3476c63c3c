import type { Subscriber, Subscription } from '../event-log.ts';
import { ownerOf } from '../assignment.ts';
import type { GroupPosition, Member } from './group-position.ts';
import type { Partition } from '../topic.ts';

/** The members of one consumer group, and its positions, which remain when members leave. */
export interface Group {
  join(partitions: readonly Partition[], subscriber: Subscriber): Subscription;
}

export function createGroup(createPositionOf: (partition: Partition) => GroupPosition): Group {
  const members = new Set<Member>();
  const positions = new Map<Partition, GroupPosition>();

  function rebalance(): void {
    for (const [partition, position] of positions) position.assign(ownerOf(partition, members));
  }

  async function leave(member: Member): Promise<void> {
    members.delete(member);
    const released = [...positions.values()].map((position) => position.released(member));
    rebalance();
    await Promise.all(released);
  }

  return {
    join: (partitions, subscriber) => {
      const member: Member = { topics: new Set(partitions.map((partition) => partition.topic)), subscriber };
      members.add(member);
      for (const partition of partitions) {
        if (!positions.has(partition)) positions.set(partition, createPositionOf(partition));
      }
      rebalance();
      let left: Promise<void> | null = null;
      return { close: () => (left ??= leave(member)) };
    },
  };
}
