/** Rows at once. */
const ROUND = 1000;
/** Milliseconds between two rounds, in which others get at the database. */
const PAUSE_MS = 10;

/** Runs `forget` until there is no more to be forgotten; it answers how many it has forgotten. */
export async function forgetInRounds(forget: (limit: number) => Promise<number>): Promise<void> {
  while ((await forget(ROUND)) === ROUND) await Bun.sleep(PAUSE_MS);
}
