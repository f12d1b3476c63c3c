import { type Context, Elysia } from 'elysia';
import type { Logger } from 'pino';
import { readJsonBody } from '../bodies/json-body.ts';
import { rawBodyReader } from '../bodies/raw-body.ts';
import { answerResponse } from './conditional-requests.ts';
import { allowedMethods, routeSchemas } from './declared-routes.ts';
import { isPlainObject } from '../json-values.ts';
import { answerWith } from './long-answers.ts';
import { refuseCardNumbers } from '../problems/field-errors.ts';
import { fieldsRefused, type Problem, problemAnswer } from '../problems/problem.ts';
import { refusals } from '../problems/refusal.ts';
import { idReaders, queryReaders, unknownParameters } from './read-by-schema.ts';
import { factsOf, tellSecurity } from './request-facts.ts';
import { ForgedToken } from '../sign-in/access-token.ts';

/**
 * Hooks that read bodies and queries and answer errors. Added before any route, because Elysia's hooks apply only to what is
 * added after them.
 */
export function withCommonHooks(logger: Logger) {
  // By default Elysia assumes a host name of at least four letters, and finds a wrong path behind a shorter one.
  const app = new Elysia({ normalize: false, handler: { standardHostname: false } });
  let methodsFor: ((path: string) => readonly string[]) | undefined;
  const schemasOf = routeSchemas(() => app.routes);
  const readRawBody = rawBodyReader(() => app.routes);
  const queryReaderOf = queryReaders();
  const lowerIds = idReaders();
  const refusalOf = refusals({
    logger,
    methodsFor: (path) => (methodsFor ??= allowedMethods(app.routes))(path),
    schemasOf,
  });
  return app
    .onParse({ as: 'global' }, async ({ request, route, params }) => {
      const facts = factsOf(request);
      facts.route = route;
      const raw = readRawBody(request, route, params);
      if (raw !== undefined) return raw;
      const { value, fault, held } = await readJsonBody(request, facts.app.bodies.arrival);
      if (held > 0) facts.app.bodies.room.take(facts, held);
      if (fault !== undefined) facts.faults = [fault];
      return value;
    })
    .onTransform({ as: 'global' }, (context) => {
      // Do not pass on the whole `context`: Elysia would then read cookies and all headers for every request.
      const facts = factsOf(context.request);
      facts.route = context.route;
      const { body, query, params } = schemasOf(context.request.method, context.route);
      const unknown = unknownParameters(context.route, context.request.url, query);
      if (unknown.length > 0) facts.faults = [...facts.faults, ...unknown];
      const readQuery = queryReaderOf(query);
      if (readQuery !== undefined) context.query = readQuery(context.query, context.request.url) as typeof context.query;
      // The parser returns null to tell Elysia that nothing is left to parse.
      if (context.body === null) context.body = undefined;
      lowerIds(query, context.query);
      lowerIds(params, context.params);
      lowerIds(body, context.body);
    })
    .onBeforeHandle({ as: 'global' }, ({ request, body }) => {
      const { faults, route } = factsOf(request);
      if (faults.length > 0) throw fieldsRefused('validation', faults);
      const schema = schemasOf(request.method, route).body;
      if (schema !== undefined) refuseCardNumbers(schema, body);
    })
    .mapResponse({ as: 'global' }, ({ request, responseValue, set }) => {
      // A route that returns a promise without being async leaves it to this hook.
      if (responseValue instanceof Promise) return responseValue.then((value: unknown) => jsonAnswer(request, value, set));
      return jsonAnswer(request, responseValue, set);
    })
    .onError({ as: 'global' }, ({ error, code, request, body, query, params }) => {
      const { requestId, route, faults } = factsOf(request);
      const refusal = refusalOf({ error, code, request, requestId, route, body, query, params, faults });
      tellOfIntruder(request, refusal);
      return refusalResponse(refusal, request);
    });
}

function tellOfIntruder(request: Request, refusal: Problem): void {
  if (refusal.code === 'forbidden') tellSecurity(request, 'access.forbidden', {});
  if (refusal instanceof ForgedToken) tellSecurity(request, 'token.refused', { because: refusal.because });
}

/** undefined: the value is not JSON, and Elysia makes the response. */
function jsonAnswer(request: Request, value: unknown, set: Context['set']): Response | undefined {
  if (!isPlainObject(value) || value instanceof Response) return undefined;
  // No route sets a cookie, the one header that could be a list.
  const headers = set.headers as Record<string, string>;
  headers['content-type'] ??= 'application/json';
  const status = Number(set.status ?? 200);
  // The response below has the status and headers. If `set` had them too, Elysia would copy the response into another one.
  set.headers = {};
  set.status = 200;
  return answerWith(request, JSON.stringify(value), { status, headers });
}

export function refusalResponse(refusal: Problem, request: Request): Response {
  return answerResponse(problemAnswer(refusal, request), request);
}
