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

/** Published before it signs, so that every process has it by then; verifiers ask again for a key they do not know. */
const LEAD_MS = 30_000;
/** Longer than the last token lives that the key before has signed. */
const LAST_TOKEN_MS = 16 * 60_000;

/** The keys this service made for itself, as one document: whoever starts first makes it, all others find it. */
export interface KeyRing {
  readonly id: typeof KEY_RING;
  /** Oldest first. */
  readonly keys: readonly [SigningKey, ...SigningKey[]];
}

/** There is one ring. */
export const KEY_RING = 'access-tokens';

/** What is done with the keys at a time: the first one signs, all of them verify. */
export function keysAt({ keys }: KeyRing, now: number): readonly [SigningKey, ...SigningKey[]] {
  const live = keys.filter((_, index) => now < (keys[index + 1]?.signsFrom ?? Infinity) + LAST_TOKEN_MS);
  const signing = live.findLast(({ signsFrom = 0 }) => signsFrom <= now) ?? keys[0];
  return [signing, ...live.filter((key) => key !== signing)];
}

/** The ring with a next key, and without those that verify nothing any more. Undefined: two keys live already. */
export function rotated(ring: KeyRing, key: SigningKey, now: number): KeyRing | undefined {
  const [current, ...others] = keysAt(ring, now);
  return others.length > 0 ? undefined : { ...ring, keys: [current, { ...key, signsFrom: now + LEAD_MS }] };
}
