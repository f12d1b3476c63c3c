import { Database, SQLiteError } from 'bun:sqlite';
import { checkpointEvery } from '../../checkpoints.ts';
import { EventLogError, type TopicDeclaration } from '../event-log.ts';
import type { Partition } from '../partitions.ts';

const BYTES_BETWEEN_CHECKPOINTS = 16_000_000;

export type Synchronous = 'FULL' | 'NORMAL' | 'OFF';

/** `user_version` of the file. 0: a row for each message; 1: blocks of messages. */
const FORMAT = 1;

/** An earlier version reads `topics` first and would not see the blocks; the view `topics` makes that query fail with this text. */
const REFUSAL = 'this event log was written by a later version of Souk, and only that can open it';

/**
 * `blocks` has no index besides its primary key: messages of all partitions are appended to the same pages. With
 * (partition, offset) as the key every commit would touch a page per partition, which costs 5 to 10 times the CPU.
 * `runs` is a sparse index from a partition to its messages, written every few thousand messages.
 * `records` holds the messages that versions before format 1 wrote; nothing is added to it.
 */
const SCHEMA = `
  create table if not exists log_topics (
    name text primary key, partitions integer not null, first_partition_id integer not null unique
  ) without rowid;
  create table if not exists records (
    id integer primary key, partition_id integer not null, key text not null, value text not null,
    headers text not null, at integer not null
  );
  create table if not exists blocks (
    first_id integer primary key, at integer not null, spans text not null, form integer not null,
    checksum integer not null, body blob not null
  );
  create table if not exists runs (
    partition_id integer not null, last_id integer not null, length integer not null, ids text not null,
    primary key (partition_id, last_id)
  ) without rowid;
  create table if not exists offsets (
    group_name text not null, partition_id integer not null, next_id integer not null,
    primary key (group_name, partition_id)
  ) without rowid;
  create view topics as select * from "${REFUSAL}";
  pragma user_version = ${FORMAT};
`;

/** Throws EventLogError `later-version` for a file that this version does not know. */
export function openLogDatabase(path: string, synchronous: Synchronous): Database {
  const db = new Database(path, { create: true });
  // Small, because a commit writes whole pages but has few bytes. An existing file keeps its page size.
  db.run('pragma page_size = 4096');
  db.run('pragma busy_timeout = 5000');
  db.run('pragma journal_mode = wal');
  db.run(`pragma synchronous = ${synchronous}`);
  checkpointLog(db);
  if (formatOf(db) < FORMAT) inTransaction(db, () => bringToFormat(db));
  return db;
}

/** Upgrades the file to `FORMAT` without rewriting its rows. */
function bringToFormat(db: Database): void {
  const isOld = db.query("select 1 from sqlite_schema where name = 'topics' and type = 'table'").get() !== null;
  if (isOld) db.run('alter table topics rename to log_topics');
  db.run(SCHEMA);
}

/** Opens the file for reading while another process may write it. Throws EventLogError `earlier-version` and `later-version`. */
export function openLogForReading(path: string): Database {
  const db = new Database(path, { readonly: true });
  db.run('pragma busy_timeout = 5000');
  if (formatOf(db) === FORMAT) return db;
  db.close();
  throw new EventLogError('earlier-version', `The event log ${path} is of an earlier version: start its shop once with this one`);
}

function formatOf(db: Database): number {
  const { user_version: format = 0 } = db.query<{ user_version: number }, []>('pragma user_version').get() ?? {};
  if (format <= FORMAT) return format;
  db.close();
  throw new EventLogError('later-version', `The event log ${db.filename} was written by a later version: start that one`);
}

/** Sets SQLite's automatic checkpoints the same number of bytes apart, whatever the page size. */
export function checkpointLog(db: Database): void {
  const { page_size: size = 4096 } = db.query<{ page_size: number }, []>('pragma page_size').get() ?? {};
  checkpointEvery(db, Math.round(BYTES_BETWEEN_CHECKPOINTS / size));
}

export function inTransaction(db: Database, work: () => void): void {
  db.query('begin immediate').run();
  try {
    work();
    db.query('commit').run();
  } catch (error) {
    // On a full disk SQLite has rolled back by itself.
    if (db.inTransaction) db.query('rollback').run();
    throw error;
  }
}

/**
 * Holds `<path>.lock` for as long as this process lives or until the returned function is called. It is an exclusive
 * SQLite lock on a file of its own: the kernel drops it when the process dies, and the data stays readable for others.
 */
export function lockData(path: string): () => void {
  const lock = new Database(`${path}.lock`, { create: true });
  try {
    lock.run('pragma busy_timeout = 0');
    lock.run('begin exclusive');
  } catch (error) {
    lock.close();
    if (error instanceof SQLiteError && error.code === 'SQLITE_BUSY') {
      throw new EventLogError('data-in-use', `The event log ${path} is in use by another process`, error);
    }
    throw error;
  }
  return () => lock.close();
}

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

/** The offsets of each group: moved in memory at once, in the database a little later (at-least-once allows that). */
export interface OffsetStore {
  /** The next id the group has to handle; 0 if it has handled nothing yet. */
  next(group: string, partitionId: number): number;
  move(group: string, partitionId: number, nextId: number): void;
  isDirty(): boolean;
  /** Writes the moved offsets within the caller's transaction; the caller calls `stored` after the commit. */
  store(): void;
  stored(): void;
}

interface OffsetRow {
  group_name: string;
  partition_id: number;
  next_id: number;
}

export function openOffsetStore(db: Database): OffsetStore {
  const groups = new Map<string, Map<number, number>>();
  const dirty = new Map<string, Set<number>>();
  const upsert = db.query(
    `insert into offsets (group_name, partition_id, next_id) values (?, ?, ?)
     on conflict (group_name, partition_id) do update set next_id = excluded.next_id`,
  );

  const offsetsOf = (group: string): Map<number, number> => {
    const known = groups.get(group) ?? new Map<number, number>();
    groups.set(group, known);
    return known;
  };

  for (const row of db.query<OffsetRow, []>('select group_name, partition_id, next_id from offsets').all()) {
    offsetsOf(row.group_name).set(row.partition_id, row.next_id);
  }

  return {
    next: (group, partitionId) => groups.get(group)?.get(partitionId) ?? 0,
    move: (group, partitionId, nextId) => {
      offsetsOf(group).set(partitionId, nextId);
      const moved = dirty.get(group);
      if (moved === undefined) dirty.set(group, new Set([partitionId]));
      else moved.add(partitionId);
    },
    isDirty: () => dirty.size > 0,
    store: () => {
      for (const [group, moved] of dirty) {
        const offsets = offsetsOf(group);
        for (const partitionId of moved) upsert.run(group, partitionId, offsets.get(partitionId) ?? 0);
      }
    },
    stored: () => dirty.clear(),
  };
}
