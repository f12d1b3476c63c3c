import { rawBodyOf } from '@souk/chassis/web/bodies/raw-body';
import { answerWith } from '@souk/chassis/web/app/long-answers';
import { STREAM_HEADERS } from '@souk/chassis/web/app/event-stream';
import { factsOf, pathOf } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { problem, type Problem } from '@souk/chassis/web/problems/problem';
import { type ServiceName, SERVICES } from '@souk/contracts/services';
import { forwardedFor, isChange } from './own-page.ts';
import { servicePath } from './service-path.ts';
import { bodyAtMost, orProblem, type ServiceRequest, type Services } from './services.ts';
import type { ConsoleSession } from './sessions.ts';
import type { StreamPlaces } from './stream-places.ts';

const BODY_LIMIT = 1024 * 1024;
/** Bytes. The longest page of a service has less. */
const ANSWER_LIMIT = 16 * 1024 * 1024;
const BODY_TYPES = ['application/json', 'application/merge-patch+json', 'multipart/form-data', 'image/png', 'image/jpeg', 'image/webp'];

/** Headers of a request that are passed on; everything else, cookies above all, stays here. */
const REQUEST_HEADERS = ['accept', 'content-type', 'idempotency-key', 'if-match', 'if-none-match', 'last-event-id'] as const;
/** Headers of an answer that are passed on; the request id is the console's own, which the service was given. */
const ANSWER_HEADERS = ['etag', 'location', 'retry-after', 'ratelimit', 'ratelimit-policy', 'idempotency-replayed', 'allow'] as const;

/** Nothing of a service's answer is shown as a page, whatever it holds. */
export const DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

const EVENT_STREAM = 'text/event-stream';
const JSON_TYPES: ReadonlySet<string> = new Set(['application/json', 'application/problem+json', 'application/schema+json']);

export interface Gate {
  /** The session of a request that may ask; throws the 401 and 403 problems. */
  enter(request: Request): ConsoleSession;
}

interface PassOnDeps {
  readonly gate: Gate;
  readonly services: Services;
  readonly streams: StreamPlaces;
}

/** `/api/<service>/<path>`: what the service answers to the operator. */
export function passOnRoutes({ gate, services, streams }: PassOnDeps) {
  async function passOn(request: Request): Promise<Response> {
    const session = gate.enter(request);
    const asked = askedOf(request);
    if ((request.headers.get('accept') ?? '').includes(EVENT_STREAM) && request.method === 'GET') return stream(request, session, asked);
    return passedBack(request, asked.service, await orProblem(services.askAs(session, asked)));
  }

  async function stream(request: Request, session: ConsoleSession, asked: ServiceRequest): Promise<Response> {
    const place = streams.take(session);
    try {
      const answer = await orProblem(services.askAs(session, { ...asked, signal: AbortSignal.any([place.signal, request.signal]) }));
      if (mediaTypeOf(answer) !== EVENT_STREAM || answer.body === null) {
        const whole = await passedBack(request, asked.service, answer);
        place.leave();
        return whole;
      }
      return new Response(place.guarded(answer.body), { status: answer.status, headers: { ...STREAM_HEADERS, 'content-security-policy': DATA_POLICY } });
    } catch (error) {
      place.leave();
      throw error;
    }
  }

  const rawBody = { maxBytes: BODY_LIMIT, types: BODY_TYPES, apart: (request: Request) => void gate.enter(request) };
  return router()
    .get('/api/:service/*', ({ request }) => passOn(request))
    .post('/api/:service/*', ({ request }) => passOn(request), { rawBody })
    .put('/api/:service/*', ({ request }) => passOn(request), { rawBody })
    .patch('/api/:service/*', ({ request }) => passOn(request), { rawBody })
    .delete('/api/:service/*', ({ request }) => passOn(request), { rawBody });
}

const PREFIX = /^\/api\/([a-z]+)(\/.*)$/;

/** The service that is asked, and the path there. Throws the 404 problem for another path. */
function askedOf(request: Request): ServiceRequest {
  const [, name, rest = ''] = PREFIX.exec(pathOf(request.url)) ?? [];
  const service = SERVICES.find((known) => known === name);
  const path = servicePath(rest);
  if (service === undefined) throw nothingThere();
  if (path === undefined) throw problem('not-found', { detail: 'The console passes no such path on: what has a slash in it, for example, has to be asked at the service itself.' });
  const { method, url } = request;
  const start = url.indexOf('?');
  const body = isChange(request) ? rawBodyOf(request) : undefined;
  return {
    service,
    path,
    search: start === -1 ? '' : url.slice(start),
    method,
    headers: passedHeaders(request),
    ...(body !== undefined && body.byteLength > 0 && { body }),
  };
}

function passedHeaders(request: Request): Record<string, string> {
  const { requestId, traceparent } = factsOf(request);
  const headers: Record<string, string> = { 'x-request-id': requestId, traceparent };
  for (const name of REQUEST_HEADERS) {
    const value = request.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  const from = forwardedFor(request);
  if (from !== undefined) headers['x-forwarded-for'] = from;
  return headers;
}

/** A service's answer as the page gets it: JSON or nothing. Anything else is refused, so that no answer can be a page, a script or a picture. */
export async function passedBack(request: Request, service: ServiceName, answer: Response): Promise<Response> {
  const headers: Record<string, string> = { 'content-security-policy': DATA_POLICY, 'cache-control': 'no-store' };
  for (const name of ANSWER_HEADERS) {
    const value = answer.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  const type = mediaTypeOf(answer);
  if (answer.status >= 300 && answer.status < 400 && answer.status !== 304) {
    await answer.body?.cancel();
    throw problem('unavailable', { detail: `The service answered ${answer.status}, and the console follows it nowhere: is its address right?` });
  }
  if (answer.body === null || type === '') {
    await answer.body?.cancel();
    return new Response(null, { status: answer.status, headers });
  }
  if (!JSON_TYPES.has(type)) {
    await answer.body.cancel();
    throw problem('unavailable', { detail: `The service answered ${answer.status} with ${type}, and the console shows JSON only: ask the service itself.` });
  }
  const body = await orProblem(bodyAtMost(service, answer, ANSWER_LIMIT));
  if (body === undefined) throw problem('unavailable', { detail: `The service's answer has more than ${ANSWER_LIMIT} bytes: ask for less of it.` });
  return answerWith(request, body, { status: answer.status, headers: { ...headers, 'content-type': type } });
}

/** In lower case, without parameters; empty if there is none. */
export function mediaTypeOf({ headers }: { readonly headers: Headers }): string {
  return (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

export function nothingThere(): Problem {
  return problem('not-found', { detail: 'The console has nothing at this path.' });
}
