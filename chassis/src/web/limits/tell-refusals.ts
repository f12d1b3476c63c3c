import type { Logger } from 'pino';

/** Refusals are over when there was none for this long. */
const QUIET_MS = 10_000;

export interface RefusalTeller {
  refused(state: { readonly delayMs: number; readonly ratio: number }): void;
  /** Called periodically: logs when the refusals are over. */
  look(): void;
}

/** Logs one line when a service begins to refuse new work because of its backlog, and one when that is over. */
export function refusalTeller(logger: Pick<Logger, 'warn' | 'info'>, now: () => number = () => performance.now()): RefusalTeller {
  let beganAt = 0;
  let lastAt = 0;
  let refused = 0;
  return {
    refused({ delayMs, ratio }) {
      lastAt = now();
      refused += 1;
      if (refused > 1) return;
      beganAt = lastAt;
      logger.warn({ delayMs: Math.round(delayMs), share: Math.round(ratio * 100) / 100 }, 'more is asked for than can be finished soon: a part of the new work is refused');
    },
    look() {
      if (refused === 0 || now() - lastAt < QUIET_MS) return;
      logger.info({ refused, seconds: Math.round((lastAt - beganAt) / 100) / 10 }, 'over: all new work is taken again');
      refused = 0;
    },
  };
}
