import type { Role } from '@souk/contracts/access-token';
import { hasRole, type Principal } from './principal.ts';
import { problem } from '../problems/problem.ts';
import { factsOf } from '../app/request-facts.ts';

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
