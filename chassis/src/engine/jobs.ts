import type { FaultSource } from '../telemetry/repeated-faults.ts';
import { faultSource, type Report } from '../telemetry/report.ts';

/** Periodic work: deadlines, retries, clean-up. A job never overlaps itself. */
export interface Job {
  readonly name: string;
  readonly everyMs: number;
  /** A long job checks the signal between two steps: once it is aborted, the process is stopping, and the rest is left to the next start. */
  run(signal: AbortSignal): Promise<void>;
}

export interface RunningJobs {
  /** Starts no new round, tells the running ones to stop, and resolves when they have. */
  close(): Promise<void>;
}

export function startJobs(jobs: readonly Job[], report: Report): RunningJobs {
  const rounds = new Set<Promise<void>>();
  const closing = new AbortController();
  const round = async (job: Job, faults: FaultSource): Promise<void> => {
    try {
      await job.run(closing.signal);
      faults.worked();
    } catch (error) {
      faults.failed(error, `job ${job.name} failed; it comes round again`);
    }
  };
  const timers = jobs.map((job) => {
    const faults = faultSource(report, `job ${job.name}`);
    let running = false;
    const timer = setInterval(() => {
      if (running) return;
      running = true;
      const ended = round(job, faults).finally(() => {
        running = false;
        rounds.delete(ended);
      });
      rounds.add(ended);
    }, job.everyMs);
    timer.unref();
    return timer;
  });
  return {
    async close() {
      for (const timer of timers) clearInterval(timer);
      closing.abort();
      await Promise.all(rounds);
    },
  };
}

/** Rows per round: a few milliseconds of the database's time. */
const ROUND = 100;
/** The pause after a round is this many times as long as the round, so on any machine four fifths of the time are left to others. */
const PAUSE_FOR_ROUND = 4;
const SHORTEST_PAUSE_MS = 10;

/** The latest round of each database. */
const latestRounds = new WeakMap<object, Promise<unknown>>();

/**
 * Calls `forget` until nothing is left to delete or the signal is aborted. `forget` deletes at most `limit` entries and returns
 * their number. The next call continues an aborted run.
 */
export async function forgetInRounds(forget: (limit: number) => Promise<number>, signal: AbortSignal, limit = ROUND): Promise<void> {
  while (!signal.aborted) {
    const startedAt = performance.now();
    if ((await forget(limit)) < limit) return;
    await Bun.sleep(Math.max(SHORTEST_PAUSE_MS, (performance.now() - startedAt) * PAUSE_FOR_ROUND));
  }
}

/** Runs one round per database at a time, so that a transaction never waits for more than one round. */
export function inTurn<T>(database: object, round: () => Promise<T>): Promise<T> {
  const result = (latestRounds.get(database) ?? Promise.resolve()).then(round);
  latestRounds.set(
    database,
    result.catch(() => undefined),
  );
  return result;
}
