/** A signing key as a JSON Web Key, private part included. EdDSA on Ed25519, or ES256 on P-256. */
export interface SigningKey {
  readonly kty: 'OKP' | 'EC';
  readonly crv: 'Ed25519' | 'P-256';
  readonly x: string;
  readonly y?: string;
  /** the private part */
  readonly d: string;
  readonly kid: string;
  readonly alg: 'EdDSA' | 'ES256';
}

/** The keys this service made for itself, as one document: whoever starts first makes it, all others find it. */
export interface KeyRing {
  readonly id: typeof KEY_RING;
  /** The first one signs, all of them verify. */
  readonly keys: readonly [SigningKey, ...SigningKey[]];
}

/** There is one ring. */
export const KEY_RING = 'access-tokens';
