import type { Database } from 'bun:sqlite';
import type { ReceivedMessage } from '../event-log.ts';
import type { OffsetStore } from './offset-store.ts';
import type { PartitionIndex } from './partition-index.ts';
import { storedMessages } from './stored-messages.ts';
import { partitionsOf, type TopicTable } from './topic-table.ts';
import type { Partition, PartitionLag } from '../topic.ts';

export interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Read-only inspection for operators, checkers and tests; every partition of every topic is listed. */
export interface LogInspection {
  /** The offset after the last message. */
  endOffsets(): PartitionOffset[];
  /** The next offset the group will handle; 0 if it has handled nothing yet. */
  committed(group: string): PartitionOffset[];
  /** Number of messages the group has still to handle. */
  lag(group: string): PartitionLag[];
  /** Every message of the topic, partition after partition, each in order. */
  records(topic: string): IterableIterator<ReceivedMessage>;
}

interface InspectionDeps {
  readonly db: Database;
  readonly topics: TopicTable;
  readonly index: PartitionIndex;
  readonly offsets: OffsetStore;
}

export function inspectLog({ db, topics, index, offsets }: InspectionDeps): LogInspection {
  const read = storedMessages(db, index);
  const all = [...topics.values()].flat();
  const list = (offsetOf: (partition: Partition) => number): PartitionOffset[] =>
    all.map((partition) => ({ topic: partition.topic, partition: partition.number, offset: offsetOf(partition) }));

  function* records(topic: string): IterableIterator<ReceivedMessage> {
    for (const partition of partitionsOf(topics, topic)) {
      for (let from = 0; ; ) {
        const messages = read(partition, from);
        if (messages.length === 0) break;
        yield* messages;
        from = Number(messages.at(-1)?.offset) + 1;
      }
    }
  }

  return {
    endOffsets: () => list((partition) => index.end(partition.id)),
    committed: (group) => list((partition) => offsets.next(group, partition.id)),
    lag: (group) =>
      all.map(({ id, topic, number }) => {
        const messages = index.count(id, offsets.next(group, id));
        return { topic, partition: number, messages };
      }),
    records,
  };
}
