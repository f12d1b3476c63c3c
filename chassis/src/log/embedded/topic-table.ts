import type { Database } from 'bun:sqlite';
import { EventLogError } from '../event-log-error.ts';
import { inTransaction } from './log-file.ts';
import type { Partition, TopicDeclaration } from '../topic.ts';

/** Topic name -> its partitions by number. */
export type TopicTable = ReadonlyMap<string, readonly Partition[]>;

interface TopicRow {
  name: string;
  partitions: number;
  first_partition_id: number;
}

/** Stores new topics; refuses a partition count that differs from the stored one, because keys would change partitions. */
export function declareTopics(db: Database, declared: readonly TopicDeclaration[]): TopicTable {
  const stored = loadTopics(db);
  const insert = db.query('insert into log_topics (name, partitions, first_partition_id) values (?, ?, ?)');
  inTransaction(db, () => {
    let nextId = [...stored.values()].reduce((sum, partitions) => sum + partitions.length, 0);
    for (const { name, partitions } of declared) {
      const known = stored.get(name)?.length;
      if (known === undefined) {
        insert.run(name, partitions, nextId);
        nextId += partitions;
      } else if (known !== partitions) {
        throw new EventLogError(
          'partitions-changed',
          `Topic ${name} has ${known} partitions in this log and is declared with ${partitions}; the count is fixed`,
        );
      }
    }
  });
  return loadTopics(db);
}

export function loadTopics(db: Database): TopicTable {
  const rows = db.query<TopicRow, []>('select name, partitions, first_partition_id from log_topics order by name').all();
  return new Map(
    rows.map(({ name: topic, partitions, first_partition_id: firstId }) => [
      topic,
      Array.from({ length: partitions }, (_, number) => ({ id: firstId + number, topic, number })),
    ]),
  );
}

export function partitionsOf(topics: TopicTable, topic: string): readonly Partition[] {
  const partitions = topics.get(topic);
  if (partitions === undefined) throw new EventLogError('unknown-topic', `Topic ${topic} is not declared`);
  return partitions;
}
