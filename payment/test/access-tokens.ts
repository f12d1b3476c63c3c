import { localKeys } from '@souk/chassis/http/key-source';
import type { Role } from '@souk/contracts/roles';

export const ISSUER = 'https://souk.test';
export const AUDIENCE = 'souk-test';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Signs access tokens the way User does, with a key made for the test. */
export async function tokenSigner() {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const { kty = '', crv = '', x = '', y = '' } = await crypto.subtle.exportKey('jwk', publicKey);
  const keys = localKeys(async () => [{ kty, crv, x, y, alg: 'ES256', use: 'sig', kid: 'test' }]);

  /** The Authorization header of somebody with these roles. */
  async function bearer(userId: string, roles: readonly Role[], changes: Readonly<Record<string, unknown>> = {}) {
    const iat = Math.floor(Date.now() / 1000);
    const ids = { jti: Bun.randomUUIDv7(), sid: Bun.randomUUIDv7() };
    const claims = { iss: ISSUER, aud: AUDIENCE, sub: userId, ...ids, iat, exp: iat + 300, roles, ...changes };
    const signed = [{ alg: 'ES256', typ: 'at+jwt', kid: 'test' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = await crypto.subtle.sign(ALGORITHM, privateKey, Buffer.from(signed));
    return `Bearer ${signed}.${Buffer.from(signature).toString('base64url')}`;
  }

  return { keys, bearer };
}
