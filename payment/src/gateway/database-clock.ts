/** Milliseconds for which our own ticks are added before the database is asked again. */
const ASK_EVERY_MS = 10_000;

/** Answers the time in epoch milliseconds. Rejects when it cannot be known. */
export type Clock = () => Promise<number>;

/**
 * The clock that all replicas share, because their machines' clocks may differ by an hour. Calls `ask` rarely and counts on
 * from its answer; never runs ahead of it. `ticks`: milliseconds that never go back.
 */
export function databaseClock(ask: Clock, ticks: () => number = () => performance.now()): Clock {
  let known: { readonly at: number; readonly tick: number } | undefined;
  let asking: Promise<number> | undefined;

  async function asked(): Promise<number> {
    try {
      const at = await ask();
      known = { at, tick: ticks() };
      return at;
    } finally {
      asking = undefined;
    }
  }

  return () => {
    if (known !== undefined && ticks() - known.tick < ASK_EVERY_MS) return Promise.resolve(known.at + Math.floor(ticks() - known.tick));
    return (asking ??= asked());
  };
}
