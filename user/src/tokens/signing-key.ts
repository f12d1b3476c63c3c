import { createPrivateKey, createPublicKey } from 'node:crypto';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { SigningKey } from '../domain/stored-keys.ts';

export type UnnamedKey = Omit<SigningKey, 'kid'> & { readonly kid?: string };

/** A new Ed25519 key, named by its thumbprint (RFC 7638). */
export async function newSigningKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const { x, d } = await exportJWK(privateKey);
  if (x === undefined || d === undefined) throw new Error('the key that was made has no parts');
  return named({ kty: 'OKP', crv: 'Ed25519', x, d, alg: 'EdDSA' });
}

/** The key with an id: its own, else its thumbprint, which is the same in every process that has the key. */
export async function named(key: UnnamedKey): Promise<SigningKey> {
  return { ...key, kid: key.kid ?? (await calculateJwkThumbprint(key)) };
}

const Part = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
const Kid = Type.Optional(Type.String({ pattern: '^[\\x21-\\x7e]{1,200}$' }));

const Ed25519Key = Type.Object({ kty: Type.Literal('OKP'), crv: Type.Literal('Ed25519'), x: Part, d: Part, kid: Kid });
const P256Key = Type.Object({
  kty: Type.Literal('EC'),
  crv: Type.Literal('P-256'),
  x: Part,
  y: Part,
  d: Part,
  kid: Kid,
});
const PrivateKey = Type.Union([Ed25519Key, P256Key]);

/** Parses a private JSON Web Key for EdDSA (Ed25519) or ES256 (P-256) whose parts belong together; undefined: the text is none. */
export function readSigningKey(text: string): UnnamedKey | undefined {
  const value = parsed(text);
  if (!Value.Check(PrivateKey, value) || !isPair(value)) return undefined;
  const { x, d, kid } = value;
  const name = kid === undefined ? {} : { kid };
  return value.kty === 'OKP'
    ? { kty: value.kty, crv: value.crv, x, d, ...name, alg: 'EdDSA' }
    : { kty: value.kty, crv: value.crv, x, y: value.y, d, ...name, alg: 'ES256' };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

/** True when both parts belong together: with another key's public part, nobody could verify the tokens. */
function isPair({ kty, crv, ...parts }: Static<typeof PrivateKey>): boolean {
  try {
    const privateKey = createPrivateKey({ key: { kty, crv, ...parts }, format: 'jwk' });
    const derived = createPublicKey(privateKey).export({ format: 'jwk' });
    return derived.x === parts.x && (!('y' in parts) || derived.y === parts.y);
  } catch {
    // Whatever the library's reason, it is no key to sign with.
    return false;
  }
}
