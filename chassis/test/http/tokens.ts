import type { Role } from '@souk/contracts/roles';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export const ISSUER = 'souk-test';
export const AUDIENCE = 'souk-test-services';

export interface Signer {
  readonly jwk: JWK;
  /** `claims` and `header` override the ones of a good token; undefined takes one out. */
  sign(overrides?: { claims?: JWTPayload; header?: Record<string, unknown> }): Promise<string>;
}

export async function signer(kid = 'key-1', alg: 'EdDSA' | 'ES256' = 'EdDSA'): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return {
    jwk,
    sign: ({ claims = {}, header = {} } = {}) =>
      new SignJWT({ ...goodClaims(), ...claims })
        .setProtectedHeader({ alg, kid, typ: 'at+jwt', ...header })
        .sign(privateKey),
  };
}

export function goodClaims(roles: readonly Role[] = ['customer']): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: Bun.randomUUIDv7(),
    sid: Bun.randomUUIDv7(),
    jti: Bun.randomUUIDv7(),
    iat: now,
    exp: now + 300,
    roles: [...roles],
  };
}
