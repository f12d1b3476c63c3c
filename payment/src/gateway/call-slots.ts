/** A bounded number of places for calls; who finds none waits in line, but not for ever. */
export interface CallSlots {
  /** True: the place is yours until you release it. False: it took too long, or the slots were closed. */
  take(): Promise<boolean>;
  release(): void;
  /** Places that are neither taken nor waited for. */
  free(): number;
  /** Sends everybody away who waits, and all who come after. */
  close(): void;
}

interface Waiter {
  readonly until: number;
  resolve(taken: boolean): void;
}

/** Looks at who waited too long (by the clock `now`, in milliseconds) when a place becomes free: soon, for calls are bounded in time. */
export function callSlots(limit: number, maxWaitMs: number, now: () => number = () => performance.now()): CallSlots {
  let taken = 0;
  let closed = false;
  let waiters: Waiter[] = [];
  let first = 0;

  function nextInTime(): Waiter | undefined {
    const at = now();
    for (let waiter = waiters[first]; waiter !== undefined; waiter = waiters[first]) {
      first += 1;
      if (waiter.until >= at) return waiter;
      waiter.resolve(false);
    }
    waiters = [];
    first = 0;
    return undefined;
  }

  return {
    async take() {
      if (closed) return false;
      if (taken < limit) {
        taken += 1;
        return true;
      }
      const { promise, resolve } = Promise.withResolvers<boolean>();
      waiters.push({ until: now() + maxWaitMs, resolve });
      return promise;
    },
    release() {
      const next = nextInTime();
      if (next === undefined) taken -= 1;
      else next.resolve(true);
    },
    free: () => Math.max(0, limit - taken - (waiters.length - first)),
    close() {
      closed = true;
      for (const waiter of waiters.slice(first)) waiter.resolve(false);
      waiters = [];
      first = 0;
    },
  };
}
