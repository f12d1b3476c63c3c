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
  /** epoch milliseconds; absent: from the beginning */
  readonly signsFrom?: number;
}

/** A key is published this long before it signs, so that every process has it by then; verifiers ask again for an unknown key. */
const LEAD_MS = 30_000;
/** An old key verifies for this long after the next one begins to sign: longer than the last token it has signed lives. */
const LAST_TOKEN_MS = 16 * 60_000;

/** The keys this service made for itself, as one document: the first process to start makes it, all others find it. */
export interface KeyRing {
  readonly id: typeof KEY_RING;
  /** Oldest first. */
  readonly keys: readonly [SigningKey, ...SigningKey[]];
}

/** Id of the only ring. */
export const KEY_RING = 'access-tokens';

/** The keys in use at a given time: the first one signs, all of them verify. */
export function keysAt({ keys }: KeyRing, now: number): readonly [SigningKey, ...SigningKey[]] {
  const live = keys.filter((_, index) => now < (keys[index + 1]?.signsFrom ?? Infinity) + LAST_TOKEN_MS);
  const signing = live.findLast(({ signsFrom = 0 }) => signsFrom <= now) ?? keys[0];
  return [signing, ...live.filter((key) => key !== signing)];
}

/** The ring with a next key, and without those that verify nothing any more. Undefined: two keys are in use already. */
export function rotated(ring: KeyRing, key: SigningKey, now: number): KeyRing | undefined {
  const [current, ...others] = keysAt(ring, now);
  return others.length > 0 ? undefined : { ...ring, keys: [current, { ...key, signsFrom: now + LEAD_MS }] };
}

/** The key that seals (encrypts) the secrets of second factors when no setting names one. The first process that needs it makes it. */
export interface SealingKey {
  readonly id: typeof SEALING_KEY;
  /** 32 bytes, base64url */
  readonly key: string;
}

/** Id of the only key. */
export const SEALING_KEY = 'second-factors';
