/** Rows at once: a few milliseconds of the database's time. */
const ROUND = 100;
/** A pause after a round is so many times as long as the round was: whatever the machine, four fifths of it are for others. */
const PAUSE_FOR_ROUND = 4;
const SHORTEST_PAUSE_MS = 10;

/** The last round of each database. */
const rounds = new WeakMap<object, Promise<unknown>>();

/**
 * Runs `forget` until there is no more to be forgotten, or the signal says stop; it answers how many it has forgotten, `limit`
 * at most. What is cut off goes on with the next call.
 */
export async function forgetInRounds(forget: (limit: number) => Promise<number>, signal: AbortSignal, limit = ROUND): Promise<void> {
  while (!signal.aborted) {
    const startedAt = performance.now();
    if ((await forget(limit)) < limit) return;
    await Bun.sleep(Math.max(SHORTEST_PAUSE_MS, (performance.now() - startedAt) * PAUSE_FOR_ROUND));
  }
}

/** One round of a database at a time, so that whoever changes something never waits for more than one. */
export function inTurn<T>(database: object, round: () => Promise<T>): Promise<T> {
  const result = (rounds.get(database) ?? Promise.resolve()).then(round);
  rounds.set(
    database,
    result.catch(() => undefined),
  );
  return result;
}
