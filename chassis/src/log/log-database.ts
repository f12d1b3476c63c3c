import { Database } from 'bun:sqlite';
import { checkpointEvery } from '../sql/checkpoints.ts';

/** 16 MB. */
export const PAGES_BETWEEN_CHECKPOINTS = 1000;

export type Synchronous = 'FULL' | 'NORMAL' | 'OFF';

/**
 * `records` has no index beside its own order: messages of all partitions are appended to the same pages. With
 * (partition, offset) as the key every commit touches a page per partition, which costs 5 to 10 times the CPU.
 * `runs` is the sparse way from a partition to its records, written every few thousand messages.
 */
const SCHEMA = `
  create table if not exists topics (
    name text primary key, partitions integer not null, first_partition_id integer not null unique
  ) without rowid;
  create table if not exists records (
    id integer primary key, partition_id integer not null, key text not null, value text not null,
    headers text not null, at integer not null
  );
  create table if not exists runs (
    partition_id integer not null, last_id integer not null, length integer not null, ids text not null,
    primary key (partition_id, last_id)
  ) without rowid;
  create table if not exists offsets (
    group_name text not null, partition_id integer not null, next_id integer not null,
    primary key (group_name, partition_id)
  ) without rowid;
`;

export function openLogDatabase(path: string, synchronous: Synchronous): Database {
  const db = new Database(path, { create: true });
  db.run('pragma page_size = 16384');
  db.run('pragma busy_timeout = 5000');
  db.run('pragma journal_mode = wal');
  db.run(`pragma synchronous = ${synchronous}`);
  checkpointEvery(db, PAGES_BETWEEN_CHECKPOINTS);
  db.run(SCHEMA);
  return db;
}

export function inTransaction(db: Database, work: () => void): void {
  db.query('begin immediate').run();
  try {
    work();
    db.query('commit').run();
  } catch (error) {
    // A full disk makes SQLite roll back by itself.
    if (db.inTransaction) db.query('rollback').run();
    throw error;
  }
}
