import { type KeySource, localKeys } from '@souk/chassis/http/key-source';
import { newId } from '@souk/chassis/ids';
import type { Role } from '@souk/contracts/roles';

export const ISSUER = 'https://user.souk.test';
export const AUDIENCE = 'souk-tests';

export interface TokenSigner {
  readonly keys: KeySource;
  /** An Authorization header; `claims` override those of a good token. */
  authorization(roles: readonly Role[], claims?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** Stands for User: signs access tokens with a key made for this run. */
export async function tokenSigner(): Promise<TokenSigner> {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new Error('Ed25519 makes a pair of keys');
  const { x = '' } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  const header = encoded({ alg: 'EdDSA', typ: 'at+jwt', kid: 'tests' });
  return {
    keys: localKeys(async () => [{ kty: 'OKP', crv: 'Ed25519', x, alg: 'EdDSA', kid: 'tests' }]),
    async authorization(roles, claims = {}) {
      const iat = Math.floor(Date.now() / 1000);
      const good = { iss: ISSUER, aud: AUDIENCE, sub: newId(), sid: newId(), jti: newId(), iat, exp: iat + 300, roles };
      const signed = `${header}.${encoded({ ...good, ...claims })}`;
      const signature = await crypto.subtle.sign('Ed25519', pair.privateKey, Buffer.from(signed));
      return `Bearer ${signed}.${Buffer.from(signature).toString('base64url')}`;
    },
  };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
