import type { Logger } from 'pino';
import { withTimeout } from '../timeouts.ts';

/** Exit codes of the processes and commands of this repository. */
export const EXIT = {
  ok: 0,
  /** A story or a check failed; a part did not stop. */
  failed: 1,
  /** Wrong usage, a setting that is missing or wrong. */
  usage: 2,
  /** A busy port, a folder that cannot be written, a missing server, topics or tables that are not as declared. */
  environment: 3,
} as const;

/** A part of a process: started before the parts after it, and stopped after them. */
export interface Part {
  readonly name: string;
  start(): Promise<void> | void;
  stop(): Promise<void> | void;
}

export interface Lifecycle {
  /** Starts the parts in order. When one fails, those that run are stopped again and its error is thrown. */
  start(): Promise<void>;
  /** Stops the running parts, last first, within the limit; rejects with the errors. Further calls wait for the first. */
  stop(): Promise<void>;
}

/** A part did not stop in time, or failed to stop. */
export class StopError extends Error {
  readonly code = 'stop-failed';
  constructor(
    readonly parts: readonly string[],
    causes: readonly unknown[],
  ) {
    super(`did not stop cleanly: ${parts.join(', ')}`, { cause: causes });
    this.name = 'StopError';
  }
}

interface LifecycleOptions {
  readonly limitMs?: number;
  /** Aborted on stop, for parts that wait for something while they start. */
  readonly ending?: AbortController;
}

export function lifecycle(
  parts: readonly Part[],
  { limitMs = 10_000, ending = new AbortController() }: LifecycleOptions = {},
): Lifecycle {
  const running: Part[] = [];
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  async function startAll(): Promise<void> {
    for (const part of parts) {
      if (ending.signal.aborted) return;
      await part.start();
      running.push(part);
    }
  }

  /** Asks every part to stop, even if an earlier one failed. */
  async function stopAll(): Promise<void> {
    const failed: { part: string; cause: unknown }[] = [];
    const deadline = performance.now() + limitMs;
    for (let part = running.pop(); part !== undefined; part = running.pop()) {
      try {
        await before(deadline, part);
      } catch (cause) {
        failed.push({ part: part.name, cause });
      }
    }
    if (failed.length > 0) {
      throw new StopError(
        failed.map(({ part }) => part),
        failed.map(({ cause }) => cause),
      );
    }
  }

  async function stopAfterStart(): Promise<void> {
    // A failed start has been reported to its own caller; here it only matters that it is over.
    await starting?.catch(() => undefined);
    await stopAll();
  }

  async function startOrUndo(): Promise<void> {
    try {
      await startAll();
    } catch (error) {
      // The caller of `stop` stops the running parts, and gets the errors of that.
      if (ending.signal.aborted) throw error;
      const [undone] = await Promise.allSettled([stopAll()]);
      if (undone.status === 'fulfilled') throw error;
      throw new AggregateError([error, undone.reason], 'start failed, and so did stopping what ran', { cause: error });
    }
  }

  return {
    start: () => (starting ??= startOrUndo()),
    stop() {
      ending.abort();
      return (stopping ??= stopAfterStart());
    },
  };
}

async function before(deadline: number, part: Part): Promise<void> {
  return withTimeout(deadline - performance.now(), Promise.resolve(part.stop()), () => new Error(`${part.name} took too long`));
}

type SignalSource = Pick<NodeJS.Process, 'on' | 'off'>;

interface RunOptions {
  readonly logger: Logger;
  /** Stop as soon as everything has started, without waiting for a signal. */
  readonly once?: boolean;
  /** Resolves with the reason when the service cannot go on: it is stopped as by a signal. */
  readonly lost?: Promise<Error>;
  readonly signals?: SignalSource;
  /** Ends the process at once; called for a second signal only. */
  readonly exit?: (code: number) => void;
}

/**
 * Starts, waits for SIGTERM or SIGINT, stops. Resolves with the exit code: 0, or 1 when stopping failed. Throws the error of a
 * failed start and, after stopping, the reason of `lost`. A second signal does not wait.
 */
export async function runUntilSignal(
  life: Lifecycle,
  { logger, once = false, lost, signals = process, exit = (code) => process.exit(code) }: RunOptions,
): Promise<number> {
  const { promise: signalled, resolve } = Promise.withResolvers<void>();
  let received = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    received += 1;
    if (received > 1) return exit(130);
    logger.info({ signal }, 'stopping');
    resolve();
  };
  signals.on('SIGTERM', onSignal);
  signals.on('SIGINT', onSignal);
  try {
    await Promise.race([life.start(), signalled]);
    const reason = once ? undefined : await Promise.race(lost === undefined ? [signalled] : [signalled, lost]);
    const code = await stopped(life, logger);
    if (reason !== undefined) throw reason;
    return code;
  } finally {
    signals.off('SIGTERM', onSignal);
    signals.off('SIGINT', onSignal);
  }
}

async function stopped(life: Lifecycle, logger: Logger): Promise<number> {
  const begunAt = performance.now();
  try {
    await life.stop();
    logger.info({ ms: Math.round(performance.now() - begunAt) }, 'stopped');
    return 0;
  } catch (error) {
    logger.error({ err: error }, 'stopping failed');
    return 1;
  }
}
