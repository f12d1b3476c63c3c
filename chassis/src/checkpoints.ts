import { statSync } from 'node:fs';
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

interface Checkpoint {
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

/** The writer of a database. Either call may reject; it is then repeated. */
interface WalWriter {
  /** Turns off checkpoints on commit. */
  pause(): void | Promise<unknown>;
  /** Turns them on again. */
  resume(): void | Promise<unknown>;
}

/** Also the interval at which a thread is started while another connection is in the way. */
const LOOK_EVERY_MS = 2000;

/**
 * Keeps a write-ahead log small. A long-running reader lets the log grow to any size, and the next checkpoint then copies all
 * of it. So once the log is too large, a separate thread copies it and truncates it as soon as possible, while the writer goes
 * on. No step waits for a reader. Returns a function that ends this; call it before the writer closes.
 */
export function keepWalSmall(path: string, { pause, resume }: WalWriter): () => void {
  let isPaused = false;
  let isBusy = false;

  async function look(): Promise<void> {
    if (isBusy) return;
    const isLarge = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > WAL_LIMIT;
    if (!isLarge && !isPaused) return;
    isBusy = true;
    try {
      if (isLarge) await shrink();
      else await goOn();
    } catch {
      // The writer reports a disk that is full or away; the next round tries again.
    } finally {
      isBusy = false;
    }
  }

  async function shrink(): Promise<void> {
    isPaused = true;
    await pause();
    await checkpointInThread(path);
  }

  async function goOn(): Promise<void> {
    await resume();
    isPaused = false;
  }

  const looking = setInterval(() => void look(), LOOK_EVERY_MS);
  looking.unref();
  return () => clearInterval(looking);
}

/** Checkpoints in a separate thread. Rejects when the thread could not start. */
function checkpointInThread(path: string): Promise<unknown> {
  const worker = new Worker(new URL('wal-worker.ts', import.meta.url));
  worker.unref();
  const answer = new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => resolve(data));
    worker.addEventListener('error', ({ message }) => reject(new Error(message)));
  });
  worker.postMessage(path);
  return answer.finally(() => worker.terminate());
}
