import type { AnyElysia } from 'elysia';
import type { Logger } from 'pino';
import { APART_ROOM, BODY_ROOM, bodyArrival, bodyRoom } from '../bodies/body-limits.ts';
import { refusalResponse, withCommonHooks } from './common-hooks.ts';
import { isUnchanged } from './conditional-requests.ts';
import { postponableRoutes, requireClosedBodies, uncountedRoutes } from './declared-routes.ts';
import { type Door, edgeOf, type EdgeOptions, notBehind, secure } from './edge.ts';
import { type AnswerRoom, answerRoom } from './long-answers.ts';
import { docsPage } from '../openapi/docs-page.ts';
import { openApiDocument } from '../openapi/openapi.ts';
import { PROBES, probes, type ReadinessCheck, type ReadyFacts } from './probes.ts';
import { type Problem, problem, tooMuchToDo, tooMuchWaits } from '../problems/problem.ts';
import { defect } from '../problems/refusal.ts';
import {
  beginRequest,
  type Bodies,
  clientAddressOf,
  type ConnectionOf,
  pathOf,
  type RequestFacts,
  requestFields,
  tellSecurity,
  withAbsoluteUrl,
} from './request-facts.ts';
import { type AuthOptions, authenticator } from '../sign-in/access-token.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { SecurityEvents } from '../../telemetry/security-events.ts';

export interface HttpAppOptions {
  readonly service: string;
  readonly version: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly auth: AuthOptions;
  readonly security: SecurityEvents;
  /** For `/livez`: throws when only a restart helps. Absent: the process is alive as long as it answers. */
  readonly alive?: () => void;
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  /** Facts that `/readyz` reports besides its checks. */
  readonly readyFacts?: ReadyFacts | undefined;
  /** Seconds after which a change may be retried; null: there is room. Reads are never refused. */
  readonly busy?: () => number | null;
  /** Seconds after which a request for a `postponable` route may be retried; null: it is admitted, and counted. */
  readonly admit?: (() => number | null) | undefined;
  /** Absent: no rate limits, no other origins. */
  readonly edge?: EdgeOptions;
  /** Made with `router()`. */
  readonly routes: readonly AnyElysia[];
  /** false: neither `/openapi.json` nor `/docs`, for an app that serves people's browsers and passes requests on. */
  readonly isDocumented?: boolean;
}

export interface HttpApp {
  /** Never rejects: any error becomes a problem document. */
  handle(request: Request, connectionOf?: ConnectionOf, door?: Door): Promise<Response>;
  openApi(): object;
  /** From now on readiness is red and every answer closes its connection. */
  drain(): void;
}

const CHANGES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

const THE_DOCUMENT = { 200: { description: 'OpenAPI 3.1', content: { 'application/json': {} } } };

/** The HTTP application of one service: its routes, with everything that all five services share. */
export function createHttpApp(options: HttpAppOptions): HttpApp {
  const { service, version, logger, metrics, security, alive, checks, readyFacts, busy, admit, routes, isDocumented = true } = options;
  const { authenticate, recognise } = authenticator(options.auth);
  const edge = edgeOf(options.edge ?? {});
  const bodies = { arrival: bodyArrival(), room: bodyRoom(BODY_ROOM) };
  const bodiesApart = { arrival: bodyArrival(), room: bodyRoom(APART_ROOM) };
  const cut = metrics.counter('http_answers_cut_total', 'Answers that were cut because nobody read them');
  const answers = answerRoom({ failed: (error) => logger.error({ err: error }, 'an answer broke off'), unread: () => cut.inc() });
  heldGauges(metrics, [bodies, bodiesApart], answers);
  const parts = { answers, authenticate, clientAddress: edge.clientAddress, bodies, bodiesApart, security };
  const log = requestLog(logger, metrics);
  let draining = false;

  const app = withCommonHooks(logger).use(probes({ alive, checks, isDraining: () => draining, facts: readyFacts, metrics, logger }));
  if (isDocumented) {
    app.use(docsPage(() => openApi())).get('/openapi.json', () => openApi(), { detail: { summary: 'This document', responses: THE_DOCUMENT } });
  }
  for (const part of routes) app.use(part);
  requireClosedBodies(app.routes);
  const isUncounted = uncountedRoutes(app.routes);
  const isPostponable = postponableRoutes(app.routes);
  let document: object | undefined;
  // Made on first use, so that start-up does not wait for it.
  const openApi = (): object => (document ??= openApiDocument(app, { service, version }));

  function finish(request: Request, facts: RequestFacts, answered: Response): Response {
    const response = isUnchanged(request, answered) ? unchanged(answered) : delivered(answered, facts);
    // The room was not used: the answer was refused, is unchanged, or is short after all.
    facts.answerRoom?.giveUp();
    const { headers } = response;
    if (facts.length !== undefined && response === answered) headers.set('content-length', String(facts.length));
    headers.set('x-request-id', facts.requestId);
    headers.set('traceparent', facts.traceparent);
    if (facts.rate !== undefined) {
      headers.set('ratelimit-policy', facts.rate.policy);
      headers.set('ratelimit', facts.rate.state);
    }
    secure(headers, { isPrivate: Boolean(facts.principal) || CHANGES.has(request.method), hstsS: edge.hstsS });
    edge.cors.admit(request, headers);
    if (draining) headers.set('connection', 'close');
    log(request, facts, response);
    return response;
  }

  function tooOften(request: Request, facts: RequestFacts): Problem | undefined {
    if (isUncounted(request.method, pathOf(request.url))) return undefined;
    const caller = recognise(request.headers.get('authorization'));
    facts.rate = edge.count(caller, () => clientAddressOf(request));
    const seconds = facts.rate?.retryAfterS;
    if (seconds === undefined) return undefined;
    tellSecurity(request, 'request.throttled', { account: caller?.userId, waitS: seconds });
    return problem('too-many-requests', { detail: `The quota of requests is used up: wait ${seconds} s.`, headers: { 'retry-after': String(seconds) } });
  }

  function tooBusy(request: Request): Problem | undefined {
    const seconds = CHANGES.has(request.method) ? (busy?.() ?? null) : null;
    if (seconds !== null) return tooMuchToDo(seconds);
    const later = admit !== undefined && isPostponable(request.method, pathOf(request.url)) ? admit() : null;
    return later === null ? undefined : tooMuchWaits(later);
  }

  return {
    async handle(asked, connectionOf, door = 'every') {
      const request = withAbsoluteUrl(asked);
      const facts = beginRequest(request, parts, connectionOf);
      try {
        const refusal = tooOften(request, facts) ?? notBehind(door, pathOf(request.url)) ?? tooBusy(request);
        if (refusal !== undefined) return finish(request, facts, refusalResponse(refusal, request));
        return finish(request, facts, edge.cors.preflight(request) ?? (await app.fetch(request)));
      } catch (error) {
        // Elysia handles errors thrown by routes; this is for a defect in the hooks themselves.
        logger.error({ ...requestFields(request), err: error }, 'request failed outside of its route');
        return finish(request, facts, refusalResponse(defect(facts), request));
      } finally {
        bodies.room.leave(facts);
        bodiesApart.room.leave(facts);
      }
    },
    openApi,
    drain() {
      draining = true;
    },
  };
}

function unchanged({ headers }: Response): Response {
  const response = new Response(null, { status: 304, headers });
  for (const name of ['content-type', 'content-length']) response.headers.delete(name);
  return response;
}

/** Gauges that show how close a process is to refusing requests for lack of room. */
function heldGauges(metrics: Metrics, bodies: readonly Bodies[], answers: AnswerRoom): void {
  const help = 'Bytes of bodies that are still coming, of bodies that are worked on, and of answers that are not read yet';
  metrics.gauges('http_held_bytes', help, { label: 'of', values: ['coming', 'bodies', 'answers'] }, () => ({
    coming: bodies.reduce((sum, { arrival }) => sum + arrival.awaitedBytes, 0),
    bodies: bodies.reduce((sum, { room }) => sum + room.heldBytes, 0),
    answers: answers.heldBytes,
  }));
}

function delivered(answered: Response, { answerRoom: room, longAnswer }: RequestFacts): Response {
  const isRefusal = answered.status >= 400;
  if (room === undefined || longAnswer === undefined || isRefusal) return answered;
  return new Response(room.stream(longAnswer), { status: answered.status, headers: answered.headers });
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Statuses of a service that is at fault, or cannot serve now. */
const SERVER_ERRORS = ['500', '503'];

/** Measures and logs every answered request: routine ones at info, probes at debug. */
function requestLog(
  logger: Logger,
  metrics: Metrics,
): (request: Request, facts: RequestFacts, response: Response) => void {
  const durations = metrics.histogram('http_request_duration_seconds', 'Time from request to answer', BUCKETS, [
    'method',
    'route',
    'status',
  ]);
  // Besides the durations, whose series begin with their first request: these begin at 0, so that an alert sees the first error, too.
  const errors = metrics.counter('http_server_errors_total', 'Requests answered 5xx', ['status'] as const);
  for (const status of SERVER_ERRORS) errors.inc({ status }, 0);
  // Looking a series up by its labels costs more than observing it. Bun knows a fixed set of methods, and routes and statuses are few, so this stays small.
  const series = new Map<string, { observe(seconds: number): void }>();

  return (request, { route, startedAt, principal }, { status, headers }) => {
    const ms = performance.now() - startedAt;
    const { method } = request;
    const key = `${method} ${route} ${status}`;
    let durationsHere = series.get(key);
    if (durationsHere === undefined) {
      durationsHere = durations.labels(method, route, String(status));
      series.set(key, durationsHere);
    }
    durationsHere.observe(ms / 1000);
    if (status >= 500) errors.inc({ status: String(status) });
    const level = PROBES.has(route) ? 'debug' : 'info';
    if (!logger.isLevelEnabled(level)) return;
    // A created resource has no id in the path yet.
    const location = headers.get('location') ?? undefined;
    logger[level]({ ...requestFields(request), status, ms, userId: principal?.userId, location }, 'request');
  };
}
