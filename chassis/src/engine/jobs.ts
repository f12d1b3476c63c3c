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
