import type { Role } from '@souk/contracts/roles';
import { hasRole, type Principal } from './principal.ts';
import { problem } from '../problems/problem.ts';
import { factsOf } from '../app/request-facts.ts';

/** What `router()` leaves in a route's `detail` of who may ask. */
export interface Admission {
  readonly security?: readonly object[];
  readonly 'x-role'?: Exclude<Role, 'customer'>;
}

/** null: anonymous. Throws the 401 problem for a token that is no good. Asked once for each request. */
export async function identify(request: Request): Promise<Principal | null> {
  const facts = factsOf(request);
  if (facts.principal === undefined) {
    facts.principal = await facts.app.authenticate(request.headers.get('authorization'));
  }
  return facts.principal;
}

/** Throws the 401 problem for everybody else. */
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

/** Throws the 401 problem, then the 403 one. */
export async function inRole(request: Request, role: Exclude<Role, 'customer'>): Promise<void> {
  if (!hasRole(await signedIn(request), role)) throw problem('forbidden', { detail: `This needs the role ${role}: ask an admin for it.` });
}

/** All that the route declares of who may ask, for what has to be known before its hooks run. */
export async function admit(request: Request, { security = [], 'x-role': role }: Admission): Promise<void> {
  if (role !== undefined) return inRole(request, role);
  const isOptional = security.some((requirement) => Object.keys(requirement).length === 0);
  if (security.length > 0) await (isOptional ? identify(request) : signedIn(request));
}

/** Who asks, where a route has declared that somebody must be signed in. */
export function principalOf(request: Request): Principal {
  const { principal } = factsOf(request);
  if (principal === null || principal === undefined)
    throw new Error('a route asked for a principal that nobody established');
  return principal;
}
