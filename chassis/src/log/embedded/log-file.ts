import { Database } from 'bun:sqlite';
import { checkpointEvery } from '../../checkpoints.ts';
import { EventLogError } from '../event-log-error.ts';

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
