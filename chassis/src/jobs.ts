/** Work that comes round again: deadlines, retries, tidying. Never overlaps itself. */
export interface Job {
  readonly name: string;
  readonly everyMs: number;
  run(): Promise<void>;
}

export interface RunningJobs {
  /** No new round; resolves when the running ones have ended. */
  close(): Promise<void>;
}

export function startJobs(jobs: readonly Job[], report: (error: unknown, message: string) => void): RunningJobs {
  const rounds = new Set<Promise<void>>();
  const round = async (job: Job): Promise<void> => {
    try {
      await job.run();
    } catch (error) {
      report(error, `job ${job.name} failed; it comes round again`);
    }
  };
  const timers = jobs.map((job) => {
    let running = false;
    const timer = setInterval(() => {
      if (running) return;
      running = true;
      const ended = round(job).finally(() => {
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
      await Promise.all(rounds);
    },
  };
}
