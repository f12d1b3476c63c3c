import { localKeys } from '@souk/chassis/http/key-source';
import type { Role } from '@souk/contracts/roles';

export const ISSUER = 'https://souk.test';
export const AUDIENCE = 'souk-test';

/** Signs access tokens as User does, with a key of its own. */
export async function tokenSigner() {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  if (kty === undefined || crv === undefined || x === undefined || y === undefined) throw new Error('no public key');
  const jwk = { kty, crv, x, y, alg: 'ES256', use: 'sig', kid: 'test' };

  async function sign(roles: readonly Role[], changes: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const iat = Math.floor(Date.now() / 1000);
    const ids = { sub: id(), jti: id(), sid: id() };
    const claims = { iss: ISSUER, aud: AUDIENCE, ...ids, iat, exp: iat + 300, roles, ...changes };
    const text = `${part({ alg: 'ES256', typ: 'at+jwt', kid: 'test' })}.${part(claims)}`;
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, Buffer.from(text));
    return `Bearer ${text}.${Buffer.from(signature).toString('base64url')}`;
  }

  return { keys: localKeys(async () => [jwk]), sign };
}

function id(): string {
  return Bun.randomUUIDv7();
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
