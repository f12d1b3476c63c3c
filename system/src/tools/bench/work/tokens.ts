import { generateKeyPairSync, sign } from 'node:crypto';
import { ACCESS_TOKEN_LIFE_S } from '@souk/contracts/access-token';
import type { SessionTokens } from '@souk/contracts/http/session';

const TRY_AGAIN_MS = 1000;

/** The access token of a caller who goes on for longer than one token lives. */
export type KeptSession = () => Promise<string>;

/**
 * Signs in, and again when half of a token's life is over, while the old one is used. A caller who asks when three quarters are
 * over waits for the next token, and gets the error if the sign-in fails. It is tried at most once a second.
 */
export function keptSession(signIn: () => Promise<SessionTokens>): KeptSession {
  let token = '';
  let renewAt = 0;
  let waitAt = 0;
  let renewing = Promise.resolve();

  async function renew(): Promise<void> {
    // Its life began between request and answer; counting from the request is safe.
    const askedAt = performance.now();
    renewAt = askedAt + TRY_AGAIN_MS;
    const { accessToken, expiresIn } = await signIn();
    token = accessToken;
    renewAt = askedAt + expiresIn * 500;
    waitAt = askedAt + expiresIn * 750;
  }

  return async () => {
    if (performance.now() >= renewAt) {
      renewing = renew();
      // As long as the old token is valid, nobody waits for the new one.
      renewing.catch(() => undefined);
    }
    if (performance.now() >= waitAt) await renewing;
    return token;
  };
}

/** The key that a shop signs its access tokens with. */
export interface SigningKey {
  /** For SOUK_SIGNING_KEY. */
  readonly text: string;
  /** A token of a customer, valid for as long as any token may be. */
  tokenFor(userId: string, sessionId: string): string;
}

const KEY_ID = 'bench';

export function newSigningKey(): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const head = encoded({ alg: 'EdDSA', kid: KEY_ID, typ: 'at+jwt' });
  return {
    text: JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: KEY_ID }),
    tokenFor(userId, sessionId) {
      const iat = Math.floor(Date.now() / 1000);
      const times = { iat, exp: iat + ACCESS_TOKEN_LIFE_S };
      const claims = { iss: 'souk', aud: 'souk', sub: userId, sid: sessionId, gen: 1, jti: Bun.randomUUIDv7(), roles: ['customer'], ...times };
      const text = `${head}.${encoded(claims)}`;
      return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
    },
  };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
