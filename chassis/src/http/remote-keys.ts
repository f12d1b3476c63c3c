import { Jwks } from '@souk/contracts/http/session';
import { Value } from '@sinclair/typebox/value';
import type { CryptoKey } from 'jose';
import { importKeys, keyName, type KeySource, KeysUnavailableError } from './key-source.ts';

interface RemoteKeysOptions {
  readonly url: string;
  /** Milliseconds one fetch may take. */
  readonly timeoutMs?: number;
  /** Milliseconds between two fetches for the sake of an unknown key, so that forged key ids cause no traffic. */
  readonly coolDownMs?: number;
  /** Milliseconds after which known keys are fetched anew, so that a withdrawn key stops working. */
  readonly maxAgeMs?: number;
  /** Milliseconds, only ever compared with itself. */
  readonly now?: () => number;
}

/**
 * User's published keys. A key that is not among them has them fetched again; while User is away the keys known so far
 * go on working, and only when there never were any the answer is KeysUnavailableError.
 */
export function remoteKeys({
  url,
  timeoutMs = 2000,
  coolDownMs = 5000,
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

  return {
    async fetchAhead() {
      await refreshed();
      // User may be starting as well: the first token asks at once.
      if (keys === undefined) triedAt = -Infinity;
    },
    async key(kid, algorithm) {
      const name = keyName(kid, algorithm);
      if (keys?.has(name) !== true || now() - fetchedAt > maxAgeMs) await refreshed();
      if (keys === undefined) throw new KeysUnavailableError({ cause: lastFailure });
      return keys.get(name);
    },
  };
}

async function fetchKeys(url: string, timeoutMs: number): Promise<ReadonlyMap<string, CryptoKey>> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(timeoutMs),
    headers: { accept: 'application/json' },
  });
  const body: unknown = await response.json();
  if (!response.ok || !Value.Check(Jwks, body)) throw new Error(`${url} answered ${response.status} without a key set`);
  return importKeys(body.keys);
}
