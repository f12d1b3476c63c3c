/** Rows per round: a few milliseconds of the database's time. */
const ROUND = 100;
/** The pause after a round is this many times as long as the round, so on any machine four fifths of the time are left to others. */
const PAUSE_FOR_ROUND = 4;
const SHORTEST_PAUSE_MS = 10;

/** The latest round of each database. */
const rounds = new WeakMap<object, Promise<unknown>>();

/**
 * Calls `forget` until nothing is left to delete or the signal is aborted. `forget` deletes at most `limit` entries and returns
 * their number. The next call continues an aborted run.
 */
export async function forgetInRounds(forget: (limit: number) => Promise<number>, signal: AbortSignal, limit = ROUND): Promise<void> {
  while (!signal.aborted) {
    const startedAt = performance.now();
    if ((await forget(limit)) < limit) return;
    await Bun.sleep(Math.max(SHORTEST_PAUSE_MS, (performance.now() - startedAt) * PAUSE_FOR_ROUND));
  }
}

/** Runs one round per database at a time, so that a transaction never waits for more than one round. */
export function inTurn<T>(database: object, round: () => Promise<T>): Promise<T> {
  const result = (rounds.get(database) ?? Promise.resolve()).then(round);
  rounds.set(
    database,
    result.catch(() => undefined),
  );
  return result;
}
