import { newId } from '@souk/chassis/ids';
import { keysIn, type KeySource, KeysUnavailableError } from '@souk/chassis/web/sign-in/signing-keys';
import type { GivenAccess, Jwks, SessionTokens } from '@souk/contracts/http/session';
import type { Role } from '@souk/contracts/access-token';
import { jwt } from '@elysiajs/jwt';
import { importJWK } from 'jose';
import type { SigningKey } from '../domain/stored-keys.ts';
import { type RolePolicy, rolesGranted, type Standing } from '../domain/user.ts';
import { madeOnce } from '../made-once.ts';
import { type RefreshToken, refreshTokenText } from './opaque-tokens.ts';

interface TokenTerms {
  readonly issuer: string;
  readonly audience: string;
  readonly tokenLifetimeMs: number;
}

/** The facts that an access token states about its bearer. */
export interface Bearer {
  readonly userId: string;
  readonly sessionId: string;
  readonly generation: number;
  readonly roles: readonly Role[];
  /** epoch milliseconds of the last code of the second factor in this session; null: none came */
  readonly secondFactorAt: number | null;
}

/** The first key signs, all of them verify. */
export type SigningKeys = readonly [SigningKey, ...SigningKey[]];

export interface AccessTokens {
  /** Uses these keys from now on. */
  use(keys: SigningKeys): Promise<void>;
  sign(bearer: Bearer): Promise<string>;
  /** lifetime of a token in seconds */
  readonly lifetimeS: number;
  /** The public parts of the keys. */
  published(): Promise<Jwks>;
  /** For verifiers in the same process. */
  readonly source: KeySource;
}

type Sign = (bearer: Bearer) => Promise<string>;

interface InUse {
  readonly sign: Sign;
  readonly jwks: Jwks;
  readonly verifying: KeySource['key'];
}

/** Makes access tokens. `firstKeys` is called when a key is needed and none is in use yet; after a failure the next need calls it again. */
export function accessTokens(terms: TokenTerms, firstKeys: () => Promise<SigningKeys>): AccessTokens {
  const lifetimeS = Math.floor(terms.tokenLifetimeMs / 1000);
  let current: InUse | undefined;
  const first = madeOnce(async () => prepared(await firstKeys()));

  async function prepared(keys: SigningKeys): Promise<InUse> {
    const jwks = { keys: keys.map(publicPart) };
    return { jwks, verifying: keysIn(jwks.keys), sign: await signer(keys[0], terms, lifetimeS) };
  }

  async function inUse(): Promise<InUse> {
    if (current !== undefined) return current;
    const found = await first();
    // Other keys may have come into use meanwhile.
    return (current ??= found);
  }

  async function verifying(): Promise<InUse['verifying']> {
    try {
      return (await inUse()).verifying;
    } catch (cause) {
      throw new KeysUnavailableError({ cause });
    }
  }

  return {
    lifetimeS,
    async use(keys) {
      current = await prepared(keys);
    },
    sign: async (bearer) => (await inUse()).sign(bearer),
    published: async () => (await inUse()).jwks,
    source: {
      key: async (kid, algorithm) => (await verifying())(kid, algorithm),
      // The next caller who needs the keys tries again, and gets the error.
      fetchAhead: () => inUse().then(() => undefined, () => undefined),
    },
  };
}

async function signer(key: SigningKey, { issuer, audience }: TokenTerms, lifetimeS: number): Promise<Sign> {
  const { alg, kid } = key;
  const { signsFrom: _signsFrom, ...jwk } = key;
  const secret = await importJWK(jwk, alg);
  const terms = { alg, kid, typ: 'at+jwt', iss: issuer, aud: audience, exp: `${lifetimeS}s` };
  const { accessToken } = jwt({ name: 'accessToken', secret, ...terms }).decorator;
  return ({ userId, sessionId, generation, roles, secondFactorAt: at }) => {
    const mfa = at !== null && { mfa_at: Math.floor(at / 1000) };
    return accessToken.sign({ sub: userId, sid: sessionId, gen: generation, ...mfa, jti: newId(), roles: [...roles] });
  };
}

/** Lists the published fields by name, so that the private part cannot get out. */
function publicPart({ kty, crv, x, y, kid, alg }: SigningKey): Jwks['keys'][number] {
  return { kty, crv, x, ...(y !== undefined && { y }), kid, alg, use: 'sig' };
}

/** A signed-in user, as of the transaction that decided on it. */
export interface SignedIn extends Standing {
  readonly userId: string;
  /** of access tokens that are issued now */
  readonly generation: number;
}

export interface SessionTokensGiven {
  /** An access token alone: the session's refresh token stays as it is. */
  access(by: SignedIn, sessionId: string): Promise<GivenAccess>;
  /** All tokens that a client gets for a sign-in or a refresh. */
  all(by: SignedIn, refreshToken: RefreshToken): Promise<SessionTokens>;
}

export function sessionTokens(tokens: AccessTokens, policy: RolePolicy): SessionTokensGiven {
  async function access({ userId, generation, ...standing }: SignedIn, sessionId: string): Promise<GivenAccess> {
    const { roles, secondFactorRequired, passwordChangeRequired } = rolesGranted(standing, policy);
    const { secondFactorAt } = standing;
    return {
      accessToken: await tokens.sign({ userId, sessionId, generation, roles, secondFactorAt }),
      expiresIn: tokens.lifetimeS,
      tokenType: 'Bearer',
      ...(secondFactorRequired && { secondFactorRequired }),
      ...(passwordChangeRequired && { passwordChangeRequired }),
    };
  }

  return {
    access,
    all: async (by, refreshToken) => ({ ...(await access(by, refreshToken.sessionId)), refreshToken: refreshTokenText(refreshToken) }),
  };
}
