import { Problem } from '@souk/contracts/problem';
import { closed } from '@souk/contracts/schema';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { AuthOptions } from '../../src/web/sign-in/access-token.ts';
import { entityTag, requireIfMatch, storedAnswer } from '../../src/web/app/conditional-requests.ts';
import { createHttpApp, type HttpApp, type HttpAppOptions } from '../../src/web/app/http-app.ts';
import { onceResponse } from '../../src/service/answer-once.ts';
import { router } from '../../src/web/app/router.ts';
import { createLogger } from '../../src/telemetry/logging.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { securityEvents } from '../../src/telemetry/security-events.ts';
import { AUDIENCE, ISSUER, tokenSigner } from '../../src/testing/access-tokens.ts';

const Id = closed({ id: Type.String({ format: 'uuid' }) });
const NewCup = closed({
  name: Type.String({ minLength: 1 }),
  handles: Type.Integer({ minimum: 0, maximum: 4 }),
  tags: Type.Optional(Type.Array(closed({ key: Type.String(), value: Type.Unknown() }))),
});
const Cup = closed({ id: Type.String(), name: Type.String(), version: Type.Integer() });
const Note = Type.Optional(closed({ note: Type.Optional(Type.String()) }));
const CupQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  hot: Type.Optional(Type.Boolean()),
  sku: Type.Optional(Type.Array(Type.String())),
});

export const CUP_ID = '01930000-0000-7000-8000-000000000001';
const CUP: Static<typeof Cup> = { id: CUP_ID, name: 'Mug', version: 3 };

/** A small service with one route of each kind. */
function cupRoutes() {
  return router()
    .get(
      '/cups',
      ({ query }) => ({ limit: query.limit, hot: query.hot ?? null, sku: query.sku ?? [], all: Object.keys(query) }),
      {
        query: CupQuery,
      },
    )
    .get(
      '/cups/:id',
      ({ set }) => {
        set.headers.etag = entityTag(CUP.version);
        return CUP;
      },
      { params: Id, response: { 200: Cup } },
    )
    .patch(
      '/cups/:id',
      ({ request }) => {
        requireIfMatch(request, CUP.version);
        return CUP;
      },
      { role: 'staff', params: Id, body: closed({ name: Type.Optional(Type.String()) }), response: { 200: Cup } },
    )
    .post(
      '/cups',
      ({ body, principal, idempotency, request }) => {
        const answer = storedAnswer(201, { ...body, by: principal.userId, idempotency }, { location: '/cups/1' });
        const kind = request.headers.get('x-kind');
        return onceResponse(kind === 'reused' || kind === 'forgotten' ? { kind } : { kind: kind === 'replayed' ? kind : 'fresh', answer }, request);
      },
      { signedIn: true, idempotent: 'required', body: NewCup },
    )
    .post('/cups/:id/wash', ({ body, principal }) => ({ note: body?.note ?? null, by: principal?.userId ?? null }), {
      maybeSignedIn: true,
      params: Id,
      body: Note,
    })
    .post('/cups/:id/break', () => ({ broken: true }), { role: 'staff', params: Id })
    .delete('/cups/:id', () => new Response(null, { status: 204 }), { role: 'admin', params: Id })
    .post('/open', ({ body }) => body, { body: NewCup })
    .get('/wrong-answer', () => ({ ...CUP, version: 'top-secret' }) as never, { response: { 200: Cup } })
    .get('/crash', () => {
      throw new Error('secret of the database');
    });
}

export const staffSigner = await tokenSigner();

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

export interface Shop {
  readonly app: HttpApp;
  readonly logged: () => string;
  send(method: string, path: string, init?: { body?: unknown; headers?: Record<string, string> }): Promise<Answer>;
}

export function shop(overrides: Partial<Omit<HttpAppOptions, 'auth'>> & { auth?: Partial<AuthOptions> } = {}): Shop {
  let logged = '';
  const { auth, ...others } = overrides;
  const logger = createLogger({ service: 'cups', level: 'info', destination: { write: (line) => (logged += line) } });
  const metrics = createMetrics({ service: 'cups', ownsProcess: false });
  const app = createHttpApp({
    service: 'cups',
    version: '1.2.3',
    logger,
    metrics,
    security: securityEvents({ logger, metrics, config: {} }),
    checks: {},
    routes: [cupRoutes()],
    ...others,
    auth: { keys: staffSigner.keys, issuer: ISSUER, audience: AUDIENCE, ...auth },
  });
  return {
    app,
    logged: () => logged,
    async send(method, path, { body, headers = {} } = {}) {
      const isText = typeof body === 'string' || body === undefined;
      const request = new Request(`http://localhost${path}`, {
        method,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
      });
      return read(await app.handle(request));
    },
  };
}

export async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
  const body: unknown = isJson ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, text, body };
}

/** The answer as a problem document; fails when it is none. */
export function problemOf({ status, headers, body, text }: Answer): Static<typeof Problem> {
  if (headers.get('content-type') !== 'application/problem+json') throw new Error(`no problem: ${status} ${text}`);
  const document = Value.Parse(Problem, body);
  if (document.status !== status) throw new Error(`the document says ${document.status}, the answer ${status}`);
  return document;
}

export function codeOf(answer: Answer): string {
  return problemOf(answer).type.replace('urn:souk:problem:', '');
}

export async function bearer(role: 'customer' | 'staff' | 'admin' = 'customer'): Promise<{ authorization: string }> {
  return { authorization: await staffSigner.bearer({ roles: [role] }) };
}
