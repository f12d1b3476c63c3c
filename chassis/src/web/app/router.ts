import { Type } from '@sinclair/typebox';
import type { Role } from '@souk/contracts/access-token';
import type { ProblemCode } from '@souk/contracts/problem';
import { Elysia } from 'elysia';
import type { RawBody } from '../bodies/raw-body.ts';
import { type Idempotency, idempotencyOf, keyMissing, readIdempotencyKey } from './conditional-requests.ts';
import { factsOf } from './request-facts.ts';
import { identify, inRole, principalOf, signedIn } from '../sign-in/principal.ts';

/**
 * The base of a service's routes: an Elysia instance with the declarations below. Add it with `createHttpApp`.
 *
 * - `signedIn: true`: 401 without a valid access token; gives `principal`
 * - `maybeSignedIn: true`: anonymous is allowed, a bad token is not; gives `principal`, null when anonymous
 * - `role: 'staff' | 'admin'`: 401, then 403; gives `principal`
 * - `idempotent: 'required' | 'optional'`: implies `signedIn`; gives `idempotency`, undefined without a key
 * - `rawBody: { maxBytes, types }`: the body is not read as JSON; `rawBodyOf(request)` returns it as it came
 * - `uncounted: true`: no rate limit counts it; for requests that come from one address in any number and prove themselves, or
 *   that all callers must be able to make
 * - `postponable: true`: refused early (503) while work taken on before waits for too long (`limits/admission.ts`)
 * - `refuses: [...]`: the problem codes that the route itself answers, for its OpenAPI document
 *
 * Identity is checked in `transform`, so before a body or query is validated; for a raw body, before the body is read.
 */
export function router() {
  return new Elysia({ normalize: false })
    .macro('signedIn', {
      detail: { security: [{ accessToken: [] }] },
      transform: async ({ request }) => {
        await signedIn(request);
      },
      resolve: ({ request }) => ({ principal: principalOf(request) }),
    })
    .macro('maybeSignedIn', {
      detail: { security: [{}, { accessToken: [] }] },
      transform: async ({ request }) => {
        await identify(request);
      },
      resolve: ({ request }) => ({ principal: factsOf(request).principal ?? null }),
    })
    .macro('role', (role: Exclude<Role, 'customer'>) => ({
      detail: { security: [{ accessToken: [] }], 'x-role': role },
      transform: async ({ request }: { request: Request }) => {
        await inRole(request, role);
      },
      resolve: ({ request }: { request: Request }) => ({ principal: principalOf(request) }),
    }))
    .macro('idempotent', (need: 'required' | 'optional') => ({
      detail: { security: [{ accessToken: [] }], 'x-idempotency-key': need },
      transform: async ({ request }: { request: Request }) => {
        await signedIn(request);
        if (readIdempotencyKey(request) === undefined && need === 'required') throw keyMissing();
      },
      resolve: ({ request, params, body }: RequestParts): { idempotency: Idempotency | undefined } => ({
        idempotency: idempotencyOf(request, params, body),
      }),
    }))
    .macro('rawBody', (raw: RawBody) => ({ detail: { 'x-raw-body': raw } }))
    .macro('uncounted', (uncounted: true) => ({ detail: { 'x-uncounted': uncounted } }))
    .macro('postponable', (postponable: true) => ({ detail: { 'x-postponable': postponable } }))
    .macro('refuses', (codes: readonly ProblemCode[]) => ({ detail: { 'x-problems': codes } }));
}

interface RequestParts {
  request: Request;
  params: Readonly<Record<string, unknown>>;
  body: unknown;
}

export const NoContent = Type.Void({ description: 'Done' });
export const NotModified = Type.Void({ description: 'What If-None-Match names is still right' });

export function noContent(): Response {
  return new Response(null, { status: 204 });
}
