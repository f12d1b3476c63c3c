import type { Database } from 'bun:sqlite';

/** Bytes; twice of what the write-ahead log of one of our databases has between two checkpoints. */
export const WAL_LIMIT = 32 * 1024 * 1024;

/**
 * The database's own checkpoints: when its write-ahead log has this many pages. As long as anybody reads as of an earlier
 * moment (a backup, a shell, the checker) none gets beyond that moment, and the log grows; whoever begins it anew afterwards
 * cuts off what is beyond the limit. Without a limit it never gets smaller.
 */
export function checkpointEvery(database: Database, pages: number): void {
  database.run(`pragma wal_autocheckpoint = ${pages}`);
  database.run(`pragma journal_size_limit = ${WAL_LIMIT}`);
}

/** Commits no longer copy anything, however much there is to copy; `checkpointEvery` has them do it again. */
export function pauseCheckpoints(database: Database): void {
  database.run('pragma wal_autocheckpoint = 0');
}

export interface Checkpoint {
  /** Not 0: somebody was in the way. */
  readonly busy: number;
  /** Pages in the log, and those of them that are in the database by now. */
  readonly log: number;
  readonly checkpointed: number;
}

/** `passive`: as much as nobody is in the way of, without waiting. */
export function checkpoint(database: Database, how: 'passive' | 'truncate'): Checkpoint {
  const done = database.query<Checkpoint, []>(`pragma wal_checkpoint(${how})`).get();
  if (done === null) throw new Error('a checkpoint has no answer');
  return done;
}
