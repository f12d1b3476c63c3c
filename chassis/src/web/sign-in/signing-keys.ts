import { Jwks } from '@souk/contracts/http/session';
import { Value } from '@sinclair/typebox/value';
import type { CryptoKey } from 'jose';
import { importKeys, keyName, type KeySource, KeysUnavailableError } from './key-source.ts';

/** Maximum bytes of a key set; one key has less than 300. */
const SIZE_LIMIT = 64 * 1024;
/** User has at most two keys: the one that signs, and the one before or after it. */
const KEYS_LIMIT = 32;

interface RemoteKeysOptions {
  readonly url: string;
  /** Milliseconds one fetch may take. */
  readonly timeoutMs?: number;
  /**
   * Minimum milliseconds between two fetches caused by an unknown key, so that forged key ids cause next to no traffic. Much
   * less than the time for which a key is published before it signs (`key-ring.ts` of User): a process that has just fetched
   * knows every key there is.
   */
  readonly coolDownMs?: number;
  /** Milliseconds after which known keys are fetched again, so that a withdrawn key stops working. */
  readonly maxAgeMs?: number;
  /** Milliseconds; used only for differences. */
  readonly now?: () => number;
}

/**
 * User's published keys. An unknown key causes a new fetch. While the keys cannot be fetched, those known so far go on working,
 * and nothing can be said of any other (KeysUnavailableError): it may be the next one.
 */
export function remoteKeys({
  url,
  timeoutMs = 2000,
  coolDownMs = 1000,
  maxAgeMs = 300_000,
  now = () => performance.now(),
}: RemoteKeysOptions): KeySource {
  let keys: ReadonlyMap<string, CryptoKey> | undefined;
  let fetchedAt = -Infinity;
  let triedAt = -Infinity;
  let lastFailure: unknown;
  let running: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    triedAt = now();
    try {
      keys = await fetchKeys(url, timeoutMs);
      fetchedAt = now();
      lastFailure = undefined;
    } catch (cause) {
      lastFailure = cause;
    }
  }

  /** One fetch at a time, shared by all who wait for it; none during the cool-down. */
  function refreshed(): Promise<void> {
    if (running === undefined && now() - triedAt < (keys === undefined ? Math.min(coolDownMs, 250) : coolDownMs)) {
      return Promise.resolve();
    }
    running ??= refresh().finally(() => (running = undefined));
    return running;
  }

  /** While the keys cannot be fetched, nobody waits for the renewal of known ones: a server that hangs would delay every request. */
  async function renewed(): Promise<void> {
    const renewing = refreshed();
    if (lastFailure === undefined) await renewing;
  }

  return {
    async fetchAhead() {
      await refreshed();
      // User may be starting as well: the first token fetches at once.
      if (keys === undefined) triedAt = -Infinity;
    },
    async key(kid, algorithm) {
      const name = keyName(kid, algorithm);
      if (keys?.has(name) !== true) await refreshed();
      else if (now() - fetchedAt > maxAgeMs) await renewed();
      const known = keys?.get(name);
      if (known === undefined && (keys === undefined || lastFailure !== undefined)) throw new KeysUnavailableError({ cause: lastFailure });
      return known;
    },
  };
}

async function fetchKeys(url: string, timeoutMs: number): Promise<ReadonlyMap<string, CryptoKey>> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(timeoutMs),
    // A server that can answer for User must not redirect us to another one.
    redirect: 'error',
    headers: { accept: 'application/json' },
  });
  const type = response.headers.get('content-type') ?? 'nothing';
  if (!response.ok || !/^application\/(jwk-set\+)?json\b/.test(type)) {
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status} with ${type} instead of a key set`);
  }
  const set: unknown = JSON.parse(await limitedText(response, url));
  if (!Value.Check(Jwks, set)) throw new Error(`${url} answered something else than a set of public keys`);
  if (set.keys.length > KEYS_LIMIT) throw new Error(`${url} answered ${set.keys.length} keys, more than ${KEYS_LIMIT}`);
  return importKeys(set.keys);
}

async function limitedText(response: Response, url: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > SIZE_LIMIT) throw new Error(`${url} answered more than ${SIZE_LIMIT} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}
