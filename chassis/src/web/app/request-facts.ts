import type { FieldError } from '@souk/contracts/problem';
import type { BodyArrival, BodyRoom } from '../bodies/body-limits.ts';
import type { Cause } from '../../cause.ts';
import type { RateDecision } from '../limits/rate-limit.ts';
import type { AnswerRoom, Parts, Room } from './long-answers.ts';
import type { Principal } from '../sign-in/principal.ts';
import { type About, traceIdOf } from '../../telemetry/report.ts';
import type { SecurityEventName, SecurityEvents, SecurityFields } from '../../telemetry/security-events.ts';

export interface Bodies {
  readonly arrival: BodyArrival;
  readonly room: BodyRoom;
}

/** Parts of one running HTTP app for the hooks of its routes, which are declared before it exists. */
export interface AppParts {
  /** Verifies the Authorization header; null without one. Throws a 401 or 503 problem. */
  authenticate(authorization: string | null): Principal | null | Promise<Principal | null>;
  clientAddress(connection: string, forwardedFor: string | null): string;
  readonly bodies: Bodies;
  /** Bodies of callers that other callers' bodies must not shut out. */
  readonly bodiesApart: Bodies;
  readonly answers: AnswerRoom;
  readonly security: SecurityEvents;
}

/** The remote address of the connection; called only when it is needed. */
export type ConnectionOf = () => string | undefined;

/** Facts about a request besides the request itself. */
export interface RequestFacts {
  readonly requestId: string;
  readonly traceparent: string;
  /** performance.now() */
  readonly startedAt: number;
  readonly app: AppParts;
  readonly connectionOf: ConnectionOf | undefined;
  /** undefined: not looked up yet. */
  clientAddress: string | undefined;
  /** undefined: the request is not counted. */
  rate: RateDecision | undefined;
  /** The route's pattern once one has matched. */
  route: string;
  /** undefined: not verified yet. */
  principal: Principal | null | undefined;
  /** Log fields that identify the resource, if the path does not. */
  about: About | undefined;
  /** undefined: the answer is short, or not known yet. */
  answerRoom: Room | undefined;
  /** The body that is sent instead of the response's own, which is empty. */
  longAnswer: Parts | undefined;
  /** For HEAD: the length of the body that is not sent. undefined: Elysia counts it. */
  length: number | undefined;
  /** Faults that no schema finds, in the body or in names of query parameters. Answered after authentication. */
  faults: readonly FieldError[];
}

const UNMATCHED = 'unmatched';
/** A request that came through no socket, or whose caller has gone. */
const NO_CONNECTION = 'none';

const facts = new WeakMap<Request, RequestFacts>();

export function beginRequest(request: Request, app: AppParts, connectionOf?: ConnectionOf): RequestFacts {
  const begun: RequestFacts = {
    requestId: requestIdFrom(request.headers.get('x-request-id')),
    traceparent: traceparentFrom(request.headers.get('traceparent')),
    startedAt: performance.now(),
    app,
    connectionOf,
    clientAddress: undefined,
    rate: undefined,
    route: UNMATCHED,
    principal: undefined,
    about: undefined,
    answerRoom: undefined,
    longAnswer: undefined,
    length: undefined,
    faults: [],
  };
  facts.set(request, begun);
  return begun;
}

export function factsOf(request: Request): RequestFacts {
  const found = facts.get(request);
  if (found === undefined) throw new Error('the request did not come through the HTTP app');
  return found;
}

/** The address that the request is counted for (`edge.ts`): for limits, never for trust. */
export function clientAddressOf(request: Request): string {
  const known = factsOf(request);
  known.clientAddress ??= known.app.clientAddress(
    known.connectionOf?.() ?? NO_CONNECTION,
    request.headers.get('x-forwarded-for'),
  );
  return known.clientAddress;
}

/**
 * Takes room for an answer of that many bytes, until it is read. Call it before they are read from a database, if their number
 * is known. Throws the 429 or 503 problem. An answer that is refused after all, or turns out to be short, gives its room back.
 */
export function roomForAnswer(request: Request, bytes: number): void {
  const known = factsOf(request);
  known.answerRoom ??= known.app.answers.take(clientAddressOf(request), bytes);
}

/** Adds log fields, so that a search by this id finds the lines of a request whose path has another one. */
export function tellAbout(request: Request, about: About): void {
  factsOf(request).about = about;
}

/** Log fields that identify a request. The query is left out, because it may hold secrets. */
export function requestFields(request: Request): About {
  const { requestId, traceparent, route, about } = factsOf(request);
  return { requestId, ...traceIdOf(traceparent), method: request.method, route, path: pathOf(request.url), ...about };
}

/** The cause of a command in this request: no message, but the request's trace. */
export function causeOf(request: Request): Cause {
  return { causationId: null, traceparent: factsOf(request).traceparent };
}

/**
 * Records a security event (`security-events.ts`) of this request, with the client's address and, unless another account is
 * named, the signed-in user.
 */
export function tellSecurity<N extends SecurityEventName>(request: Request, name: N, fields: Omit<SecurityFields<N>, 'address' | 'about'>): void {
  const { app, principal } = factsOf(request);
  const own = { address: clientAddressOf(request), account: principal?.userId, about: requestFields(request) };
  app.security.tell(name, { ...own, ...fields });
}

const SCHEME = 'http://';

/**
 * The request with an absolute `http` URL, as all later code reads it. Bun gives the target alone if the Host header is
 * missing, empty or not a host.
 */
export function withAbsoluteUrl(request: Request): Request {
  const { url } = request;
  if (url.startsWith(SCHEME)) return request;
  return new Request(`${SCHEME}souk${url.startsWith('/') ? url : pathAndQuery(url)}`, request);
}

function pathAndQuery(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** The path of an absolute `http` URL, without parsing all of it. Elysia finds it in the same way (`standardHostname: false`). */
export function pathOf(url: string): string {
  const start = url.indexOf('/', SCHEME.length);
  const end = url.indexOf('?', start);
  return end === -1 ? url.slice(start) : url.slice(start, end);
}

const SAFE = /^[A-Za-z0-9._-]{1,64}$/;

/** A caller's own id when it is safe to log and echo, otherwise a new one. */
function requestIdFrom(header: string | null): string {
  return header !== null && SAFE.test(header) ? header : Bun.randomUUIDv7();
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/;
const VERSION_0_LENGTH = 55;
const POOL_BYTES = 24 * 256;

/** Random bytes are drawn in bulk: a draw per request costs more than all else that is done for a new trace. */
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** W3C Trace Context: a valid `traceparent` is kept, otherwise a new trace begins here, not sampled. */
function traceparentFrom(header: string | null): string {
  if (header !== null && isTraceparent(header)) return header;
  if (used === POOL_BYTES) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const start = used;
  used += 24;
  return `00-${pool.toString('hex', start, start + 16)}-${pool.toString('hex', start + 16, used)}-00`;
}

/** Later versions may be longer; version 00 has exactly four fields. */
function isTraceparent(text: string): boolean {
  if (
    text.length !== VERSION_0_LENGTH &&
    (text.length > 256 || text.startsWith('00') || text[VERSION_0_LENGTH] !== '-')
  ) {
    return false;
  }
  return TRACEPARENT.test(text);
}
