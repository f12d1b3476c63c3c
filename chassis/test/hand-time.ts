import type { TimeSource } from '../src/engine/gathering.ts';

/** Time that passes when a test says so. */
export interface HandTime extends TimeSource {
  /** Lets so many milliseconds pass: what is due within them rings in its order, and what it leads to comes before the next. */
  pass(ms: number): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

export function handTime(): HandTime {
  const timers = new Set<Timer>();
  let now = 0;

  function next(until: number): Timer | undefined {
    const due = [...timers].filter(({ at }) => at <= until);
    return due.reduce<Timer | undefined>((first, each) => (first === undefined || each.at < first.at ? each : first), undefined);
  }

  return {
    now: () => now,
    after(ms, ring) {
      const timer = { at: now + ms, ring };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async pass(ms) {
      const until = now + ms;
      await settled();
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        timers.delete(timer);
        now = timer.at;
        timer.ring();
        await settled();
      }
      now = until;
    },
  };
}

/** Everything that waits for nothing but promises has happened. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
