import { closed, nullable } from '@souk/contracts/schema';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import { beforeAll, describe, expect, test } from 'bun:test';
import { NotModified, router } from '../../src/web/app/router.ts';
import { type AnswerRules, answerRules } from '../../src/testing/answer-rules.ts';
import { shop } from '../web/shop.ts';

const ID = '01930000-0000-7000-8000-000000000001';
const routes = router()
  .get('/cups/:id', () => ({ id: ID, note: null }), {
    params: closed({ id: Uuid }),
    response: { 200: closed({ id: Uuid, note: nullable(Type.String()) }), 304: NotModified },
  })
  .get('/cups/new', () => 'x', { detail: { responses: { 200: { description: 'A page', content: { 'text/html': {} } } } } });

let rules: AnswerRules;
beforeAll(async () => {
  const { body } = await shop({ routes: [routes] }).send('GET', '/openapi.json');
  rules = answerRules(body as Readonly<Record<string, unknown>>);
});

interface Given {
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

function judged({ method = 'GET', path = `/cups/${ID}`, status = 200, headers = {}, body }: Given) {
  const type = { 'content-type': status >= 400 ? 'application/problem+json' : 'application/json' };
  const all = new Headers({ 'x-request-id': 'r-1', ...(body !== undefined && type), ...headers });
  return rules({ method, path, status, headers: all, text: async () => JSON.stringify(body) });
}

const problem = (code: string, status: number, detail = 'Ask for another one.') => ({ type: `urn:souk:problem:${code}`, title: 'No', status, detail, requestId: 'r-1' });

describe('an answer that its document allows', () => {
  test.each<[string, Given]>([
    ['a body of the schema', { body: { id: ID, note: null } }],
    ['nothing, for HEAD', { method: 'HEAD', headers: { 'content-type': 'application/json' } }],
    ['304', { status: 304 }],
    ['a problem of the route', { status: 404, body: problem('not-found', 404) }],
    ['a problem where there is no route', { path: '/plates', status: 404, body: problem('not-found', 404) }],
    ['a path that is written out, not one with a parameter', { path: '/cups/new', headers: { 'content-type': 'text/html' } }],
    ['seconds to wait', { status: 503, headers: { 'retry-after': '3' }, body: problem('unavailable', 503) }],
  ])('%s', async (_, given) => expect(await judged(given)).toBeUndefined());
});

describe('an answer that its document forbids', () => {
  test.each<[string, Given, string]>([
    ['a body of another form', { body: { id: ID } }, 'note'],
    ['a field nobody described', { body: { id: ID, note: null, more: 1 } }, 'additional'],
    ['another status', { status: 201, body: { id: ID, note: null } }, 'status 201'],
    ['another media type', { headers: { 'content-type': 'text/html' } }, 'media type text/html'],
    ['none at all', {}, 'no media type'],
    ['a header of another form', { headers: { 'x-request-id': 'r 1' }, body: { id: ID, note: null } }, 'X-Request-Id'],
    ['a wait that is no number', { status: 503, headers: { 'retry-after': 'soon' }, body: problem('unavailable', 503) }, 'Retry-After'],
    ['a problem of another code', { status: 404, body: problem('sku-unknown', 404) }, 'type'],
    ['a problem without a detail', { status: 404, body: { ...problem('not-found', 404), detail: undefined } }, 'detail'],
    ['a pattern', { status: 404, body: problem('not-found', 404, 'must match ^[a-z]+$') }, 'pattern'],
    ['success where there is no route', { path: '/plates', body: {} }, 'no operation'],
  ])('%s', async (_, given, part) => expect(await judged(given)).toContain(part));
});
