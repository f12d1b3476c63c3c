import type { EventLog, ReceivedMessage } from '../event-log.ts';
import type { PartitionIndex } from './partition-index.ts';
import { partitionsOf, type TopicTable } from './topic-table.ts';
import type { Partition } from '../topic.ts';

interface ReplayDeps {
  readonly topics: TopicTable;
  readonly index: PartitionIndex;
  readonly readStored: (partition: Partition, from: number) => readonly ReceivedMessage[];
}

/** `EventLog.replay` for the embedded log: one partition after another. */
export async function replayStored(
  { topics, index, readStored }: ReplayDeps,
  ...[names, see, signal]: Parameters<EventLog['replay']>
): Promise<void> {
  const partitions = [...new Set(names)].flatMap((name) => partitionsOf(topics, name));
  const ends = partitions.map((partition) => ({ partition, end: index.end(partition.id) }));
  const total = partitions.reduce((sum, { id }) => sum + index.count(id, 0), 0);
  for (const { partition, end } of ends) {
    for (let from = 0; from < end; ) {
      signal.throwIfAborted();
      const stored = readStored(partition, from);
      const messages = stored.filter(({ offset }) => Number(offset) < end);
      if (messages.length > 0) await see(messages, total);
      if (stored.length === 0) break;
      from = Number(stored.at(-1)?.offset) + 1;
    }
  }
}
