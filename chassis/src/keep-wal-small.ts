import { statSync } from 'node:fs';
import { WAL_LIMIT } from './checkpoints.ts';

/** Whoever writes to a database. Either may reject; it is asked again. */
export interface WalWriter {
  /** Commits no longer copy anything. */
  pause(): void | Promise<unknown>;
  /** They do again. */
  resume(): void | Promise<unknown>;
}

/** Also how often a thread is made as long as somebody is in the way. */
const LOOK_EVERY_MS = 2000;

/**
 * After somebody has read as of one moment for long, a write-ahead log may have any size, and the next checkpoint copies all of
 * it. So once it is too large, a thread made for it copies and cuts it off, as soon as it can, while its writer goes on. No step
 * waits for a reader. Answers what ends it, to be called before the writer closes.
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
      // A disk that is full or away is told of by whoever writes; the next look tries again.
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

/** By a thread of its own. Rejects when it could not begin. */
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
