import { type CryptoKey, importJWK, type JWK } from 'jose';

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

/** For the service that signs: it verifies with its own keys. */
export function localKeys(keys: () => Promise<readonly JWK[]>): KeySource {
  return {
    async key(kid, algorithm) {
      return (await importKeys(await keys())).get(keyName(kid, algorithm));
    },
  };
}

export function keyName(kid: string, algorithm: string): string {
  return `${algorithm} ${kid}`;
}

/** Imports only signature keys of the two algorithms and ignores anything else in the set. */
export async function importKeys(jwks: readonly JWK[]): Promise<ReadonlyMap<string, CryptoKey>> {
  const keys = new Map<string, CryptoKey>();
  for (const jwk of jwks) {
    const algorithm = TOKEN_ALGORITHMS.find((name) => name === jwk.alg);
    if (algorithm === undefined || jwk.kid === undefined || (jwk.use ?? 'sig') !== 'sig') continue;
    const { d: _private, ...publicPart } = jwk;
    const key = await importJWK(publicPart, algorithm);
    if (!(key instanceof Uint8Array)) keys.set(keyName(jwk.kid, algorithm), key);
  }
  return keys;
}
