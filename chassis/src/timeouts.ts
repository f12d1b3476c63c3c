/**
 * Resolves to the result of `work`. After `limitMs` (at once if it is not positive) it rejects: with an error saying that
 * `what` did not come in time, or with the error that `what` returns. Late work goes on by itself, and its result is ignored.
 */
export async function withTimeout<T>(limitMs: number, work: Promise<T>, what: string | (() => unknown)): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timedOut = () => (typeof what === 'string' ? new Error(`${what}: not within ${limitMs} ms`) : what());
  const timer = setTimeout(() => reject(timedOut()), Math.max(0, limitMs));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const LATE = Symbol('late');

/** True when the work ended within `limitMs`. Rejects as the work does; late work goes on by itself. */
export async function endedWithin(limitMs: number, work: Promise<unknown>): Promise<boolean> {
  try {
    await withTimeout(limitMs, work, () => LATE);
    return true;
  } catch (error) {
    if (error === LATE) return false;
    throw error;
  }
}

/** Resolves as soon as one of the signals fires, or after `ms`. */
export async function passed(signals: readonly AbortSignal[], ms?: number): Promise<void> {
  if (signals.some(({ aborted }) => aborted)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => resolve();
  const timer = ms === undefined ? undefined : setTimeout(end, ms);
  for (const signal of signals) signal.addEventListener('abort', end);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener('abort', end);
  }
}
