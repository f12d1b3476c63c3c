import { jwt } from '@elysiajs/jwt';
import { newId } from '@souk/chassis/ids';
import { importKeys, type KeySource, KeysUnavailableError, keyName } from '@souk/chassis/http/key-source';
import type { Jwks } from '@souk/contracts/http/session';
import type { Role } from '@souk/contracts/roles';
import { importJWK } from 'jose';
import type { SigningKey } from '../domain/key-ring.ts';

interface TokenTerms {
  readonly issuer: string;
  readonly audience: string;
  readonly tokenLifetimeMs: number;
}

/** What an access token says about its bearer. */
export interface Bearer {
  readonly userId: string;
  readonly sessionId: string;
  readonly roles: readonly Role[];
}

export interface AccessTokens {
  /** From now on the first key signs and all of them verify. */
  use(keys: readonly [SigningKey, ...SigningKey[]]): Promise<void>;
  sign(bearer: Bearer): Promise<string>;
  /** seconds a token lives */
  readonly lifetimeS: number;
  /** The public parts. */
  published(): Jwks;
  /** For who verifies in the same process. */
  readonly source: KeySource;
}

type Sign = (bearer: Bearer) => Promise<string>;

interface InUse {
  readonly sign: Sign;
  readonly jwks: Jwks;
  readonly verifying: Awaited<ReturnType<typeof importKeys>>;
}

/** Makes access tokens; before `use` there are no keys. */
export function accessTokens(terms: TokenTerms): AccessTokens {
  const lifetimeS = Math.floor(terms.tokenLifetimeMs / 1000);
  let current: InUse | undefined;
  const inUse = (): InUse => {
    if (current === undefined) throw new KeysUnavailableError();
    return current;
  };
  return {
    lifetimeS,
    async use(keys) {
      const jwks = { keys: keys.map(publicPart) };
      current = { jwks, verifying: await importKeys(jwks.keys), sign: await signer(keys[0], terms, lifetimeS) };
    },
    sign: async (bearer) => inUse().sign(bearer),
    published: () => inUse().jwks,
    source: { key: async (kid, algorithm) => inUse().verifying.get(keyName(kid, algorithm)) },
  };
}

async function signer(key: SigningKey, { issuer, audience }: TokenTerms, lifetimeS: number): Promise<Sign> {
  const { alg, kid } = key;
  const { signsFrom: _signsFrom, ...jwk } = key;
  const secret = await importJWK(jwk, alg);
  const terms = { alg, kid, typ: 'at+jwt', iss: issuer, aud: audience, exp: `${lifetimeS}s` };
  const { accessToken } = jwt({ name: 'accessToken', secret, ...terms }).decorator;
  return ({ userId, sessionId, roles }) =>
    accessToken.sign({ sub: userId, sid: sessionId, jti: newId(), roles: [...roles] });
}

/** Names what goes out, so that nothing else can: the private part stays behind. */
function publicPart({ kty, crv, x, y, kid, alg }: SigningKey): Jwks['keys'][number] {
  return { kty, crv, x, ...(y !== undefined && { y }), kid, alg, use: 'sig' };
}
