import { ACCESS_TOKEN_LIFE_S, AccessTokenClaims } from '@souk/contracts/access-token';
import { errors, jwtVerify, type JWTHeaderParameters } from 'jose';
import { lazyCheck } from '../../lazy-check.ts';
import type { Principal } from './principal.ts';
import { Problem, problem } from '../problems/problem.ts';
import { recentMap } from '../../recent-map.ts';
import { type KeySource, KeysUnavailableError, TOKEN_ALGORITHMS } from './signing-keys.ts';

export interface AuthOptions {
  readonly keys: KeySource;
  readonly issuer: string;
  readonly audience: string;
  /** Called for every request, after the token itself has been verified. */
  readonly isRevoked?: (principal: Principal) => boolean | Promise<boolean>;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** Maximum number of verified tokens that are remembered (at least half of it is); a signature costs 50 us, remembering 1 us. */
  readonly cacheLimit?: number;
}

interface Verified {
  readonly principal: Principal;
  /** epoch milliseconds */
  readonly notBefore: number;
  readonly expiresAt: number;
}

/** Largest difference between the clocks of two ready processes, each at most 30 s from its database's (`clockWatch` in `engine/engine.ts`). */
const CLOCKS_DIFFER_S = 60;

const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;
const claims = lazyCheck(AccessTokenClaims);

export interface Authenticator {
  /** Verifies an Authorization header: returns the principal, or null without one; throws a 401 or 503 problem. */
  authenticate(authorization: string | null): Promise<Principal | null>;
  /** The principal of a token that was verified before and is still valid; does no I/O and grants no permission. */
  recognise(authorization: string | null): Principal | undefined;
}

export function authenticator({
  keys,
  issuer,
  audience,
  isRevoked,
  now = Date.now,
  cacheLimit = 10_000,
}: AuthOptions): Authenticator {
  const known = recentMap<Verified>(cacheLimit);

  async function verified(token: string): Promise<Verified> {
    const remembered = known.get(token);
    if (remembered !== undefined && isValidAt(remembered, now())) return remembered;
    const fresh = await verify(token, { keys, issuer, audience, at: now() });
    known.set(token, fresh);
    return fresh;
  }

  return {
    async authenticate(authorization) {
      if (authorization === null) return null;
      const token = BEARER.exec(authorization)?.[1];
      if (token === undefined) throw refused();
      const { principal } = await verified(token);
      if (isRevoked !== undefined && (await isRevoked(principal))) throw refused();
      return principal;
    },
    recognise(authorization) {
      const token = authorization === null ? undefined : BEARER.exec(authorization)?.[1];
      const remembered = token === undefined ? undefined : known.get(token);
      return remembered !== undefined && isValidAt(remembered, now()) ? remembered.principal : undefined;
    },
  };
}

function isValidAt({ notBefore, expiresAt }: Verified, at: number): boolean {
  return at < expiresAt && at >= notBefore;
}

type Terms = Pick<AuthOptions, 'keys' | 'issuer' | 'audience'> & { readonly at: number };

async function verify(token: string, { keys, issuer, audience, at }: Terms): Promise<Verified> {
  try {
    const { payload } = await jwtVerify(token, (header) => keyFor(keys, header), {
      algorithms: [...TOKEN_ALGORITHMS],
      typ: 'at+jwt',
      issuer,
      audience,
      requiredClaims: ['exp', 'iat', 'sub', 'jti', 'sid', 'roles'],
      currentDate: new Date(at),
    });
    const { nbf } = payload;
    if (!claims().Check(payload)) throw new ForgedToken('claims');
    const { sub, sid, gen: generation = 0, mfa_at: secondFactorAt, roles, exp, iat } = payload;
    if (exp - iat > ACCESS_TOKEN_LIFE_S + CLOCKS_DIFFER_S) throw new ForgedToken('age');
    if (iat > at / 1000 + CLOCKS_DIFFER_S) throw new ForgedToken('claim iat');
    return {
      principal: Object.freeze({ userId: sub, sessionId: sid, generation, secondFactorAt, roles: Object.freeze([...roles]) }),
      notBefore: nbf === undefined ? -Infinity : nbf * 1000,
      expiresAt: exp * 1000,
    };
  } catch (cause) {
    if (cause instanceof KeysUnavailableError) {
      throw problem('unavailable', { detail: 'Access tokens cannot be checked right now: try again in 1 s.', headers: { 'retry-after': '1' } });
    }
    if (cause instanceof errors.JWTExpired) throw refused();
    if (cause instanceof errors.JOSEError || cause instanceof TypeError) throw new ForgedToken(whatIsWrong(cause));
    throw cause;
  }
}

async function keyFor(keys: KeySource, { kid, alg }: JWTHeaderParameters) {
  const algorithm = TOKEN_ALGORITHMS.find((name) => name === alg);
  const key = algorithm === undefined || kid === undefined ? undefined : await keys.key(kid, algorithm);
  if (key === undefined) throw new errors.JWKSNoMatchingKey();
  return key;
}

const NOT_VALID = {
  detail: 'The access token is not valid, or no longer valid: refresh it, or sign in again.',
  headers: { 'www-authenticate': 'Bearer realm="souk", error="invalid_token"' },
};

/** Says that the token is not valid, but not why: that would help only a forger. */
function refused(): Problem {
  return problem('unauthenticated', NOT_VALID);
}

/** User did not issue this token. The caller is answered as for an expired one; operators are told. */
export class ForgedToken extends Problem {
  constructor(readonly because: string) {
    super('unauthenticated', NOT_VALID);
  }
}

/** The part of a token that shows the forgery; never its content. */
function whatIsWrong(error: Error): string {
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JWKSNoMatchingKey) return 'key';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  return error instanceof errors.JWTClaimValidationFailed ? `claim ${error.claim}` : 'form';
}
