import { StorageError, type StorageErrorCode } from '../../../src/storage-error.ts';
import type { WriterStore } from '../../../src/engine/writer/writer-store.ts';
import type { Toy } from './toy-use-cases.ts';

/** The first `times` transactions commit, but their callers hear of a lost connection, after something else has happened. */
export function losingCommitAnswers(
  store: WriterStore<Toy>,
  times: number,
  meanwhile: (lane: string) => Promise<void> = async () => undefined,
): WriterStore<Toy> {
  let left = times;
  return {
    ...store,
    async settle(...parameters) {
      const lane = await store.settle(...parameters);
      if (left <= 0) return lane;
      left -= 1;
      await meanwhile(lane.name);
      throw new StorageError('commit-unknown', new Error('the answer was lost'));
    },
  };
}

/** The first `times` transactions are decided on and do not commit, their callers hear of a lost answer or of `code`, after something else has happened. */
export function losingCommits(
  store: WriterStore<Toy>,
  times: number,
  meanwhile: (lane: string) => Promise<void> = async () => undefined,
  code: StorageErrorCode = 'commit-unknown',
): WriterStore<Toy> {
  let left = times;
  const lost = new Error('the connection was lost with the commit');
  return {
    ...store,
    async settle(lane, publishedSeq, leaseMs, batch) {
      if (left <= 0) return store.settle(lane, publishedSeq, leaseMs, batch);
      left -= 1;
      const decided: typeof batch = {
        ...batch,
        decide(...parameters) {
          batch.decide(...parameters);
          throw lost;
        },
      };
      return store.settle(lane, publishedSeq, leaseMs, decided).catch(async (error: unknown) => {
        if (error !== lost) throw error;
        await meanwhile(lane.name);
        throw new StorageError(code, lost);
      });
    },
  };
}

/** The lane cannot be looked at the first `times`. */
export function silentLane(store: WriterStore<Toy>, times: number): WriterStore<Toy> {
  let left = times;
  return {
    ...store,
    async readLane(name) {
      left -= 1;
      if (left >= 0) throw new StorageError('connection', new Error('not now'));
      return store.readLane(name);
    },
  };
}

/** The first `times` transactions fail before anything is written. */
export function failingFirst(store: WriterStore<Toy>, times: number, code: 'retry' | 'connection'): WriterStore<Toy> {
  let left = times;
  return {
    ...store,
    async settle(...parameters) {
      left -= 1;
      if (left >= 0) throw new StorageError(code, new Error('not now'));
      return store.settle(...parameters);
    },
  };
}

interface Holding {
  readonly store: WriterStore<Toy>;
  /** Resolves when the first transaction is about to commit. */
  readonly commits: Promise<void>;
  letGo(): void;
}

/** The first transaction hangs at its end, as on a frozen server, until it is let go: it has committed, or fails by this code. */
export function holding(store: WriterStore<Toy>, code?: StorageErrorCode): Holding {
  const [commits, letGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const failing = code === undefined ? store : losingCommits(store, 1, async () => undefined, code);
  let isFirst = true;
  return {
    commits: commits.promise,
    letGo: letGo.resolve,
    store: {
      ...store,
      async settle(...parameters) {
        if (!isFirst) return store.settle(...parameters);
        isFirst = false;
        const [settled] = await Promise.allSettled([failing.settle(...parameters)]);
        commits.resolve();
        await letGo.promise;
        if (settled.status === 'rejected') throw settled.reason;
        return settled.value;
      },
    },
  };
}
