import type { Role } from '@souk/contracts/access-token';
import { factsOf } from '../app/request-facts.ts';
import { type Problem, problem } from '../problems/problem.ts';

/** The caller, as the access token names them. */
export interface Principal {
  readonly userId: string;
  readonly sessionId: string;
  readonly roles: readonly Role[];
  /** Increases with every end of the user's access; 0: issued by a version of User that did not count. */
  readonly generation: number;
  /** epoch seconds of the last second-factor code in this session; undefined: there was none */
  readonly secondFactorAt?: number | undefined;
}

export function hasRole({ roles }: Pick<Principal, 'roles'>, role: Role): boolean {
  return roles.includes(role) || (role === 'staff' && roles.includes('admin'));
}

/** The access rules that `router()` leaves in a route's `detail`. */
export interface Admission {
  readonly security?: readonly object[];
  readonly 'x-role'?: Exclude<Role, 'customer'>;
}

/** null: anonymous. Throws the 401 problem for an invalid token. The token is verified once per request. */
export async function identify(request: Request): Promise<Principal | null> {
  const facts = factsOf(request);
  if (facts.principal === undefined) {
    facts.principal = await facts.app.authenticate(request.headers.get('authorization'));
  }
  return facts.principal;
}

/** The signed-in caller. Throws the 401 problem for everybody else. */
export async function signedIn(request: Request): Promise<Principal> {
  const principal = await identify(request);
  if (principal === null) {
    throw problem('unauthenticated', {
      detail: 'No access token came with the request: sign in, and send it as Authorization: Bearer.',
      headers: { 'www-authenticate': 'Bearer realm="souk"' },
    });
  }
  return principal;
}

/** Throws the 401 problem without a signed-in caller, then the 403 problem without the role. */
export async function inRole(request: Request, role: Exclude<Role, 'customer'>): Promise<void> {
  if (!hasRole(await signedIn(request), role)) throw problem('forbidden', { detail: `This needs the role ${role}: ask an admin for it.` });
}

/** Enforces all access rules of a route, for code that runs before the route's hooks. */
export async function admit(request: Request, { security = [], 'x-role': role }: Admission): Promise<void> {
  if (role !== undefined) return inRole(request, role);
  const isOptional = security.some((requirement) => Object.keys(requirement).length === 0);
  if (security.length > 0) await (isOptional ? identify(request) : signedIn(request));
}

/** The caller of a route that requires a signed-in user. */
export function principalOf(request: Request): Principal {
  const { principal } = factsOf(request);
  if (principal === null || principal === undefined)
    throw new Error('a route asked for a principal that nobody established');
  return principal;
}

type Bearer = Pick<Principal, 'secondFactorAt'>;

/** Throws the 403 problem unless a recent second-factor code was given in the caller's session. */
export function requireFreshSecondFactor(bearer: Bearer, maxAgeS: number): void {
  if (!hasFreshSecondFactor(bearer, maxAgeS)) throw secondFactorStale(bearer, maxAgeS);
}

/**
 * True when a code of the caller's second factor was given within the last `maxAgeS` seconds, or when the setting is 0 and none
 * is required. Refreshing a session does not renew the code.
 */
export function hasFreshSecondFactor({ secondFactorAt }: Bearer, maxAgeS: number, nowMs = Date.now()): boolean {
  return maxAgeS === 0 || (secondFactorAt !== undefined && nowMs / 1000 - secondFactorAt <= maxAgeS);
}

export function secondFactorStale({ secondFactorAt }: Bearer, maxAgeS: number): Problem {
  const given = secondFactorAt === undefined ? 'none came in this session' : 'the last one is older';
  return problem('second-factor-stale', {
    detail:
      `This needs a code of your second factor that came within the last ${maxAgeS} s, and ${given}: ` +
      'send one to POST /sessions/second-factor of User, and ask again with the access token that it answers.',
  });
}
