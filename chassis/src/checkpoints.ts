import type { Database } from 'bun:sqlite';

/** Bytes; twice the size that the write-ahead log of one of our databases reaches between two checkpoints. */
export const WAL_LIMIT = 32 * 1024 * 1024;

/**
 * Lets the database checkpoint by itself when its write-ahead log (WAL) has this many pages. While a reader holds an older
 * snapshot (a backup, a shell, the checker), no checkpoint gets past that snapshot, and the log grows. The writer that next
 * restarts the log truncates it to the limit; without a limit it never gets smaller.
 */
export function checkpointEvery(database: Database, pages: number): void {
  database.run(`pragma wal_autocheckpoint = ${pages}`);
  database.run(`pragma journal_size_limit = ${WAL_LIMIT}`);
}

/** Turns automatic checkpoints off: commits copy nothing, however much there is to copy. `checkpointEvery` turns them on again. */
export function pauseCheckpoints(database: Database): void {
  database.run('pragma wal_autocheckpoint = 0');
}

export interface Checkpoint {
  /** Not 0: another connection was in the way. */
  readonly busy: number;
  /** Pages in the log, and how many of them are in the database by now. */
  readonly log: number;
  readonly checkpointed: number;
}

/** `passive`: copies as much as other connections allow, without waiting. */
export function checkpoint(database: Database, how: 'passive' | 'truncate'): Checkpoint {
  const done = database.query<Checkpoint, []>(`pragma wal_checkpoint(${how})`).get();
  if (done === null) throw new Error('a checkpoint has no answer');
  return done;
}
