import { until } from '@souk/chassis/testing/until';

/** A machine under load takes long; an idle one 1-3 s. */
const START_LIMIT_MS = 90_000;

/**
 * What a server that is starting answers first; until then `ask` throws. `alive` throws when there is nothing to wait
 * for any more. The error says why it was refused last.
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
