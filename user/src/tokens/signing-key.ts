import { createPrivateKey, createPublicKey } from 'node:crypto';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { UnnamedKey } from './new-signing-key.ts';

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
  const named = kid === undefined ? {} : { kid };
  return value.kty === 'OKP'
    ? { kty: value.kty, crv: value.crv, x, d, ...named, alg: 'EdDSA' }
    : { kty: value.kty, crv: value.crv, x, y: value.y, d, ...named, alg: 'ES256' };
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
