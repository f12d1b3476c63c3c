import { Value } from '@sinclair/typebox/value';
import { Jwks } from '@souk/contracts/http/session';
import { createLocalJWKSet, createRemoteJWKSet, type CryptoKey, customFetch, errors, type FetchImplementation, importJWK, type JWK, type LocalJWKSet, type RemoteJWKSet } from 'jose';

export const TOKEN_ALGORITHMS = ['EdDSA', 'ES256'] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

/** Source of the public keys with which access tokens are verified. */
export interface KeySource {
  /** undefined: there is no such key. Throws KeysUnavailableError when that cannot be known. */
  key(kid: string, algorithm: TokenAlgorithm): Promise<CryptoKey | undefined>;
  /** Fetches keys before the first token arrives, because the source may be away by then. Never rejects. */
  fetchAhead?(): Promise<void>;
}

/** The keys could not be fetched, so a token can neither be accepted nor refused. */
export class KeysUnavailableError extends Error {
  readonly code = 'keys-unavailable';
  constructor(options?: ErrorOptions) {
    super('the signing keys cannot be reached', options);
    this.name = 'KeysUnavailableError';
  }
}

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
   * less than the time for which a key is published before it signs (`domain/stored-keys.ts` of User): a process that has just fetched
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
  // The library fetches, keeps the last good set and finds keys in it. It fetches only when it is told: by itself it would let keys expire while User
  // is away, ask again at once after a failure, and measure both by a clock that can be set.
  const published = createRemoteJWKSet(new URL(url), {
    timeoutDuration: timeoutMs,
    cacheMaxAge: Infinity,
    cooldownDuration: Infinity,
    [customFetch]: fetchKeySet,
  });
  /** True once there was a fetch: the set does not expire. */
  const isFetched = () => published.fresh;
  /** Keys of the present set that tokens have named: the library goes through the set each time. */
  let found = new Map<string, CryptoKey>();
  let fetchedAt = -Infinity;
  let triedAt = -Infinity;
  let lastFailure: unknown;

  /** One fetch at a time, shared by all who wait for it; none during the cool-down. */
  async function refreshed(): Promise<void> {
    if (!published.reloading) {
      if (now() - triedAt < (isFetched() ? coolDownMs : Math.min(coolDownMs, 250))) return;
      triedAt = now();
    }
    try {
      await published.reload();
      found = new Map();
      fetchedAt = now();
      lastFailure = undefined;
    } catch (cause) {
      lastFailure = cause;
    }
  }

  /** While the keys cannot be fetched, nobody waits for the renewal of known ones: a server that hangs would delay every request. */
  async function renewed(): Promise<void> {
    const renewing = refreshed();
    if (lastFailure === undefined) await renewing;
  }

  const known: KeySource['key'] = async (kid, algorithm) => {
    const name = `${algorithm} ${kid}`;
    // A key that a newer set may lack is kept with its own.
    const ofSet = found;
    const before = ofSet.get(name);
    if (before !== undefined || !isFetched()) return before;
    const key = await keyIn(published, kid, algorithm);
    if (key !== undefined) ofSet.set(name, key);
    return key;
  };

  return {
    async fetchAhead() {
      await refreshed();
      // User may be starting as well: the first token fetches at once.
      if (!isFetched()) triedAt = -Infinity;
    },
    async key(kid, algorithm) {
      const before = await known(kid, algorithm);
      if (before !== undefined && now() - fetchedAt <= maxAgeMs) return before;
      await (before === undefined ? refreshed() : renewed());
      const key = await known(kid, algorithm);
      if (key === undefined && (!isFetched() || lastFailure !== undefined)) throw new KeysUnavailableError({ cause: lastFailure });
      return key;
    },
  };
}

/** Answers only with a set of public keys, within its limits; throws everything else. */
const fetchKeySet: FetchImplementation = async (url, options) => {
  // Redirects are not followed: a server that can answer for User must not send us to another one.
  const response = await fetch(url, options);
  const type = response.headers.get('content-type') ?? 'nothing';
  if (!response.ok || !/^application\/(jwk-set\+)?json\b/.test(type)) {
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status} with ${type} instead of a key set`);
  }
  const set: unknown = JSON.parse(await limitedText(response, url));
  if (!Value.Check(Jwks, set)) throw new Error(`${url} answered something else than a set of public keys`);
  if (set.keys.length > KEYS_LIMIT) throw new Error(`${url} answered ${set.keys.length} keys, more than ${KEYS_LIMIT}`);
  if (new Set(set.keys.map(({ kid }) => kid)).size < set.keys.length) throw new Error(`${url} answered two keys with one id`);
  // A set with a key that cannot be read does not take the place of a good one.
  await Promise.all(set.keys.map((key) => importJWK(key)));
  return Response.json(set);
};

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

/** Keys that are at hand. */
export function localKeys(keys: () => Promise<readonly JWK[]>): KeySource {
  return { key: async (kid, algorithm) => keysIn(await keys())(kid, algorithm) };
}

/** Finds public keys in a set. */
export function keysIn(jwks: readonly JWK[]): KeySource['key'] {
  const set = createLocalJWKSet({ keys: [...jwks] });
  return (kid, algorithm) => keyIn(set, kid, algorithm);
}

async function keyIn(set: LocalJWKSet | RemoteJWKSet, kid: string, algorithm: TokenAlgorithm): Promise<CryptoKey | undefined> {
  try {
    return await set({ kid, alg: algorithm });
  } catch (cause) {
    if (cause instanceof errors.JWKSNoMatchingKey) return undefined;
    throw new KeysUnavailableError({ cause });
  }
}
