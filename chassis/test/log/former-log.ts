import { Database } from 'bun:sqlite';
import type { LogMessage } from '../../src/log/event-log.ts';
import { partitionOf } from '../../src/log/partitions.ts';

/** As versions before format 1 asked for their topics, first of all. */
export const FORMER_QUESTION = 'select name, partitions, first_partition_id from topics order by name';

const SCHEMA = `
  pragma page_size = 16384;
  pragma journal_mode = wal;
  create table topics (
    name text primary key, partitions integer not null, first_partition_id integer not null unique
  ) without rowid;
  create table records (
    id integer primary key, partition_id integer not null, key text not null, value text not null,
    headers text not null, at integer not null
  );
  create table runs (
    partition_id integer not null, last_id integer not null, length integer not null, ids text not null,
    primary key (partition_id, last_id)
  ) without rowid;
  create table offsets (
    group_name text not null, partition_id integer not null, next_id integer not null,
    primary key (group_name, partition_id)
  ) without rowid;
`;

interface FormerLog {
  /** Topics of three partitions, in the order of their partition ids. */
  readonly topics: readonly string[];
  readonly messages: readonly LogMessage[];
  /** So many of the first messages are in runs. */
  readonly inRuns: number;
}

/** A log as versions before format 1 wrote it: a row for each message, lists of ids in its runs. */
export function writeFormerLog(path: string, { topics, messages, inRuns }: FormerLog): void {
  using db = new Database(path, { create: true });
  for (const statement of SCHEMA.split(';').filter((text) => text.trim() !== '')) db.run(statement);
  const ids = new Map<number, number[]>();
  db.transaction(() => {
    for (const [index, topic] of topics.entries()) db.query('insert into topics values (?, 3, ?)').run(topic, index * 3);
    const insert = db.query('insert into records values (?, ?, ?, ?, ?, 1700000000000)');
    for (const [index, { topic, key, value, headers }] of messages.entries()) {
      const partition = topics.indexOf(topic) * 3 + partitionOf(key, 3);
      insert.run(index + 1, partition, key, value, JSON.stringify(headers));
      if (index < inRuns) ids.set(partition, [...(ids.get(partition) ?? []), index + 1]);
    }
    for (const [partition, run] of ids) db.query('insert into runs values (?, ?, ?, ?)').run(partition, run.at(-1) ?? 0, run.length, JSON.stringify(run));
    db.query("insert into offsets values ('readers', ?, 5)").run(partitionOf('key-0', 3));
  })();
}
