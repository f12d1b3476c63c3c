import { generateKeyPairSync, sign } from 'node:crypto';
import { ACCESS_TOKEN_LIFE_S } from '@souk/contracts/access-token';

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
