/** Rows at once: a few milliseconds of the database's time. */
const ROUND = 200;
/** Milliseconds between two rounds, in which others get at the database. */
const PAUSE_MS = 10;

/** The last round of each database. */
const rounds = new WeakMap<object, Promise<unknown>>();

/**
 * Runs `forget` until there is no more to be forgotten, or the signal says stop; it answers how many it has forgotten, `limit`
 * at most. What is cut off goes on with the next call.
 */
export async function forgetInRounds(forget: (limit: number) => Promise<number>, signal: AbortSignal, limit = ROUND): Promise<void> {
  while (!signal.aborted && (await forget(limit)) === limit) await Bun.sleep(PAUSE_MS);
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
