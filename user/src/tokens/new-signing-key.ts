import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { SigningKey } from '../domain/stored-keys.ts';

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

export type UnnamedKey = Omit<SigningKey, 'kid'> & { readonly kid?: string };
