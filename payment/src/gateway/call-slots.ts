/** A limited number of slots for calls. A caller that finds none free waits in a queue, up to a time-out. */
export interface CallSlots {
  /** True: the slot is yours until you release it. False: the wait timed out, or the slots were closed. */
  take(): Promise<boolean>;
  release(): void;
  /** Number of slots that are neither taken nor waited for. */
  free(): number;
  /** Turns away all waiting and all later callers. */
  close(): void;
}

interface Waiter {
  readonly until: number;
  resolve(taken: boolean): void;
}

/**
 * Times out waiting callers (by the clock `now`, in milliseconds) only when a slot becomes free: that is soon, as calls
 * have a time-out.
 */
export function callSlots(limit: number, maxWaitMs: number, now: () => number = () => performance.now()): CallSlots {
  let taken = 0;
  let closed = false;
  /** In the order in which they came. */
  const waiters = new Set<Waiter>();

  function nextInTime(): Waiter | undefined {
    const at = now();
    for (const waiter of waiters) {
      waiters.delete(waiter);
      if (waiter.until >= at) return waiter;
      waiter.resolve(false);
    }
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
      waiters.add({ until: now() + maxWaitMs, resolve });
      return promise;
    },
    release() {
      const next = nextInTime();
      if (next === undefined) taken -= 1;
      else next.resolve(true);
    },
    free: () => (closed ? 0 : Math.max(0, limit - taken - waiters.size)),
    close() {
      closed = true;
      for (const waiter of waiters) waiter.resolve(false);
      waiters.clear();
    },
  };
}
