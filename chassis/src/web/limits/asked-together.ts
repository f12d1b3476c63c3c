import { recentMap } from '../../recent-map.ts';

interface Asking<Answer> {
  /** Fetches the answers for these keys, at most 100; a key that is not in the result does not exist. */
  fetch(keys: readonly string[]): Promise<ReadonlyMap<string, Answer>>;
  /** The error that callers get while too many wait. */
  busy(): Error;
  /** Milliseconds from the end of a call to the next one. */
  readonly pauseMs?: number;
  /** Milliseconds for which a key that did not exist is not asked for again. */
  readonly absentMs?: number;
}

/** Maximum number of keys in one call. */
const AT_ONCE = 100;
/** Maximum number of keys that wait for a call: more than honest callers ask for in the time of one. */
const WAITING = 500;
/** Maximum number of absent keys that are remembered. */
const REMEMBERED = 10_000;

/**
 * Batches lookups of single keys at another service, however many callers and keys there are: one call at a time, a pause
 * between two, all keys gathered meanwhile in the next one, and no key twice at once. undefined: it did not exist a moment ago.
 */
export function askedTogether<Answer>({ fetch, busy, pauseMs = 100, absentMs = 2000 }: Asking<Answer>) {
  const absentUntil = recentMap<number>(REMEMBERED);
  const waiting = new Map<string, PromiseWithResolvers<Answer | undefined>>();
  const asked = new Map<string, PromiseWithResolvers<Answer | undefined>>();
  let calling = false;

  async function call(): Promise<void> {
    const keys = [...waiting.keys()].slice(0, AT_ONCE);
    for (const key of keys) {
      const one = waiting.get(key);
      if (one !== undefined) asked.set(key, one);
      waiting.delete(key);
    }
    try {
      const found = await fetch(keys);
      const until = performance.now() + absentMs;
      for (const key of keys) if (!found.has(key)) absentUntil.set(key, until);
      for (const key of keys) asked.get(key)?.resolve(found.get(key));
    } catch (error) {
      for (const key of keys) asked.get(key)?.reject(error);
    } finally {
      for (const key of keys) asked.delete(key);
    }
  }

  async function callAll(): Promise<void> {
    calling = true;
    while (waiting.size > 0) {
      await call();
      await Bun.sleep(pauseMs);
    }
    calling = false;
  }

  return async (key: string): Promise<Answer | undefined> => {
    if ((absentUntil.get(key) ?? 0) > performance.now()) return undefined;
    const under = asked.get(key) ?? waiting.get(key);
    if (under !== undefined) return under.promise;
    if (waiting.size >= WAITING) throw busy();
    const one = Promise.withResolvers<Answer | undefined>();
    waiting.set(key, one);
    if (!calling) void callAll();
    return one.promise;
  };
}
