import { until } from '@souk/chassis/testing/until';

/** A machine under load takes long; an idle one takes 1-3 s. */
const START_LIMIT_MS = 90_000;

/**
 * Waits for the first answer of a starting server; until then `ask` throws. `alive` throws when waiting has no point any more.
 * The error includes the last refusal.
 */
export async function firstAnswer<T>(ask: () => T | Promise<T>, alive: () => void = () => {}): Promise<T> {
  let refusal = '';
  async function look(): Promise<{ readonly answer: T } | undefined> {
    alive();
    try {
      return { answer: await ask() };
    } catch (error) {
      refusal = `; at last: ${String(error)}`;
      return undefined;
    }
  }
  try {
    return (await until('an answer', look, START_LIMIT_MS)).answer;
  } catch (cause) {
    throw new Error(`${String(cause)}${refusal}`, { cause });
  }
}
