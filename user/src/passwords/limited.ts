import { OverloadedError } from '@souk/chassis/writer/errors';

interface Limits {
  /** pieces of work that run at the same time */
  readonly atOnce: number;
  /** pieces that may wait for their turn; more are refused with OverloadedError */
  readonly waiting: number;
  readonly retryAfterSeconds: number;
}

/** Runs work in the order it came, so much at once and no more. */
export function limited({ atOnce, waiting, retryAfterSeconds }: Limits): <T>(work: () => Promise<T>) => Promise<T> {
  const queue: (() => void)[] = [];
  let running = 0;

  /** A place that becomes free is handed on to who waits longest, so nobody who comes later can take it. */
  function leave(): void {
    const next = queue.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  return async (work) => {
    if (running < atOnce) running += 1;
    else if (queue.length < waiting) await new Promise<void>((resolve) => queue.push(resolve));
    else throw new OverloadedError(retryAfterSeconds);
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
