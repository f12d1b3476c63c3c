import { Database } from 'bun:sqlite';
import { checkpoint } from './checkpoints.ts';

/** A thread that copies what is in a database's write-ahead log, beside whoever writes to it, and cuts the log off. */
declare const self: Worker;

self.addEventListener('message', ({ data: path }: MessageEvent<string>) => {
  const database = new Database(path, { readwrite: true, strict: true });
  try {
    checkpoint(database, 'passive');
    // The first may have taken seconds; this one takes what came meanwhile.
    const { log, checkpointed } = checkpoint(database, 'passive');
    // Nobody can write while it is cut off, so there has to be next to nothing to copy.
    if (checkpointed === log) checkpoint(database, 'truncate');
    self.postMessage('done');
  } finally {
    database.close();
  }
});
