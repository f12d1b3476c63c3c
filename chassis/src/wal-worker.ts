import { Database } from 'bun:sqlite';
import { checkpoint } from './checkpoints.ts';

/** A thread that copies a database's write-ahead log into the database while the writer goes on, and then truncates the log. */
declare const self: Worker;

self.addEventListener('message', ({ data: path }: MessageEvent<string>) => {
  const database = new Database(path, { readwrite: true, strict: true });
  try {
    checkpoint(database, 'passive');
    // The first may have taken seconds; this one copies what was written meanwhile.
    const { log, checkpointed } = checkpoint(database, 'passive');
    // Nothing can be written during the truncation, so there must be next to nothing left to copy.
    if (checkpointed === log) checkpoint(database, 'truncate');
    self.postMessage('done');
  } finally {
    database.close();
  }
});
