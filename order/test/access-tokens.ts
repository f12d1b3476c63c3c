import { localKeys } from '@souk/chassis/http/key-source';
import type { Role } from '@souk/contracts/roles';

export const ISSUER = 'souk-test';
export const AUDIENCE = 'souk-test-services';

/** A key pair of its own, and tokens as User signs them. `claims` override those of a good token. */
export async function tokenSigner() {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new Error('signing needs a pair of keys');
  const { publicKey, privateKey } = pair;
  const { x } = await crypto.subtle.exportKey('jwk', publicKey);
  if (x === undefined) throw new Error('the key has no public part');
  const published = { kty: 'OKP', crv: 'Ed25519', x, kid: 'order-test', alg: 'EdDSA', use: 'sig' };
  const header = encoded({ alg: 'EdDSA', kid: published.kid, typ: 'at+jwt' });
  return {
    keys: localKeys(async () => [published]),
    async bearer(userId: string, roles: readonly Role[] = ['customer'], claims: object = {}): Promise<string> {
      const iat = Math.floor(Date.now() / 1000);
      const session = { jti: Bun.randomUUIDv7(), sid: Bun.randomUUIDv7() };
      const payload = { iss: ISSUER, aud: AUDIENCE, sub: userId, ...session, iat, exp: iat + 300, roles, ...claims };
      const signed = `${header}.${encoded(payload)}`;
      const signature = await crypto.subtle.sign('Ed25519', privateKey, Buffer.from(signed));
      return `Bearer ${signed}.${Buffer.from(signature).toString('base64url')}`;
    },
  };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
