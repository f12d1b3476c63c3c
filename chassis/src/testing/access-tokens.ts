import type { Role } from '@souk/contracts/access-token';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type KeySource, localKeys, type TokenAlgorithm } from '../web/sign-in/signing-keys.ts';

export const ISSUER = 'https://user.souk.test';
export const AUDIENCE = 'souk-tests';

export interface Holder {
  /** default: a new user */
  readonly userId?: string;
  /** default: customer */
  readonly roles?: readonly Role[];
}

export interface WantedToken extends Holder {
  /** Override the claims of a good token; undefined removes one. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

export interface TokenSigner {
  /** The public key, as it is published. */
  readonly jwk: JWK;
  readonly keys: KeySource;
  token(wanted?: WantedToken): Promise<string>;
  /** The Authorization header with such a token. */
  bearer(wanted?: WantedToken): Promise<string>;
}

/** Stands in for User: signs access tokens as User does, with a key made for the test. */
export async function tokenSigner({
  kid = 'key-1',
  alg = 'EdDSA',
}: { readonly kid?: string; readonly alg?: TokenAlgorithm } = {}): Promise<TokenSigner> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };

  const token = ({ claims = {}, header = {}, ...holder }: WantedToken = {}) =>
    new SignJWT({ ...goodClaims(holder), ...claims })
      .setProtectedHeader({ alg, kid, typ: 'at+jwt', ...header })
      .sign(privateKey);

  return { jwk, keys: localKeys(async () => [jwk]), token, bearer: async (wanted) => `Bearer ${await token(wanted)}` };
}

/** Claims of a token that is valid for five minutes. */
export function goodClaims({ userId = Bun.randomUUIDv7(), roles = ['customer'] }: Holder = {}) {
  const iat = Math.floor(Date.now() / 1000);
  const ids = { sub: userId, sid: Bun.randomUUIDv7(), jti: Bun.randomUUIDv7() };
  return { iss: ISSUER, aud: AUDIENCE, ...ids, iat, exp: iat + 300, roles: [...roles] };
}
