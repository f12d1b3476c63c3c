import { describe, expect, test } from 'bun:test';
import { ListQuery } from '@souk/contracts/paging';
import { closed, nullable, oneOf } from '@souk/contracts/schema';
import { Type } from '@sinclair/typebox';
import { pointerTo, resolved } from '../../src/web/json-values.ts';
import { router } from '../../src/web/app/router.ts';
import { describedSchemas } from '../../src/testing/answer-rules.ts';
import { shop } from './shop.ts';

interface Answered {
  description: string;
  headers?: object;
  content?: Record<string, unknown>;
}
interface Operation {
  parameters?: { name: string; in: string; required: boolean }[];
  requestBody?: { required: boolean; content: Record<string, unknown> };
  responses: Record<string, Answered>;
  security?: unknown;
}
interface Document {
  openapi: string;
  info: unknown;
  paths: Record<string, Record<string, Operation>>;
}

const { send } = shop();
const { body, text } = await send('GET', '/openapi.json');
const document = body as Document;

/** With its answers in place of references to them. */
function operation(method: string, path: string, of: unknown = document): Operation {
  const found = (of as Document).paths[path]?.[method];
  if (found === undefined) throw new Error(`no ${method} ${path}`);
  const responses = Object.entries(found.responses).map(([status, answer]) => [status, resolved(of, answer)] as const);
  return { ...found, responses: Object.fromEntries(responses) as unknown as Operation['responses'] };
}

describe('GET /openapi.json', () => {
  test('is a 3.1 document with every route', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: 'Souk cups', version: '1.2.3' });
    expect(Object.keys(document.paths).toSorted()).toEqual([
      '/crash',
      '/cups',
      '/cups/{id}',
      '/cups/{id}/break',
      '/cups/{id}/wash',
      '/docs',
      '/livez',
      '/metrics',
      '/open',
      '/openapi.json',
      '/readyz',
      '/wrong-answer',
    ]);
  });

  test('bodies are JSON alone, and optional where they may be left out', () => {
    expect(operation('post', '/open').requestBody).toMatchObject({ required: true });
    expect(Object.keys(operation('post', '/open').requestBody?.content ?? {})).toEqual(['application/json']);
    expect(operation('post', '/cups/{id}/wash').requestBody?.required).toBe(false);
  });

  test('errors are problem documents, named by code', () => {
    const { responses } = operation('patch', '/cups/{id}');
    expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '404', '408', '413', '415', '422', '429', '500', '503']);
    for (const [status, response] of Object.entries(responses)) {
      const type = status === '200' ? 'application/json' : 'application/problem+json';
      expect(Object.keys(response.content ?? {})).toEqual([type]);
    }
    expect(responses['403']?.description).toContain('`forbidden`');
  });

  test('a refusal that several routes share is in the document once, under its codes', () => {
    const shared = { $ref: '#/components/responses/unauthenticated' };
    expect(document.paths['/cups']?.['post']?.responses['401']).toEqual(shared as never);
    expect(document.paths['/cups/{id}']?.['patch']?.responses['401']).toEqual(shared as never);
    expect(Object.keys(document.paths['/cups']?.['post']?.responses ?? {}).length).toBeGreaterThan(5);
    expect(text.match(/`unauthenticated`/g)).toHaveLength(1);
  });

  test('a route that hides from the document is a defect (500)', () => {
    const routes = router().get('/secret', () => 'x', { detail: { hide: true } });
    expect(() => shop({ routes: [routes] }).app.openApi()).toThrow('GET /secret is not in the OpenAPI document');
  });

  test('a problem says which type and status it can have', () => {
    const { responses } = operation('patch', '/cups/{id}');
    expect(responses['422']?.content?.['application/problem+json']).toMatchObject({
      schema: {
        allOf: [
          { $ref: '#/components/schemas/Problem' },
          { properties: { type: { enum: ['urn:souk:problem:validation'] }, status: { const: 422 } } },
        ],
      },
      example: { type: 'urn:souk:problem:validation', status: 422 },
    });
  });

  test('null is among the values of every nullable enumeration, at every depth', async () => {
    const State = nullable(oneOf('open', 'shut'));
    const routes = router().get('/doors', () => ({ items: [{ state: null, only: null }] }), {
      response: { 200: closed({ items: Type.Array(closed({ state: State, only: nullable(Type.Literal('a')) })) }) },
    });
    const own = await shop({ routes: [routes] }).send('GET', '/openapi.json');
    const schemas = describedSchemas(own.body as object);
    const place = pointerTo('paths', '/doors', 'get', 'responses', '200', 'content', 'application/json', 'schema');
    for (const state of [null, 'open', 'shut']) expect(schemas(place, { items: [{ state, only: null }] })).toBeUndefined();
    expect(schemas(place, { items: [{ state: 'ajar', only: 'a' }] })).toContain('allowed values');
    expect(schemas(place, { items: [{ state: 'open', only: 'b' }] })).toBeDefined();
  });

  test('bodies have their schema and an example of it', () => {
    expect(operation('post', '/cups').requestBody?.content['application/json']).toMatchObject({
      schema: { type: 'object', required: ['name', 'handles'] },
      example: { name: 'example', handles: 1 },
    });
  });

  test('a change that takes no body lists the refusals of bodies', () => {
    expect(Object.keys(operation('delete', '/cups/{id}').responses)).toEqual(expect.arrayContaining(['400', '413', '415', '422']));
  });

  test('headers are described where they are sent', () => {
    const headersOf = (method: string, path: string, status: string) =>
      Object.keys(operation(method, path).responses[status]?.headers ?? {});
    expect(headersOf('get', '/cups/{id}', '200')).toContain('ETag');
    expect(headersOf('get', '/cups/{id}', '304')).toContain('ETag');
    expect(headersOf('get', '/cups', '429')).toContain('Retry-After');
    expect(headersOf('patch', '/cups/{id}', '401')).toContain('WWW-Authenticate');
    expect(headersOf('post', '/cups', '200')).toContain('Idempotency-Replayed');
    expect(operation('get', '/cups/{id}').parameters).toContainEqual(
      expect.objectContaining({ name: 'If-None-Match', in: 'header', required: false }),
    );
    expect(Object.keys(operation('get', '/livez').responses)).toEqual(['200', '500', '503']);
  });

  test('a route that needs If-Match declares it', async () => {
    const routes = router().patch('/mugs', () => ({ ok: true }), {
      body: closed({ a: Type.String() }),
      refuses: ['precondition-required', 'precondition-failed'],
    });
    const answer = await shop({ routes: [routes] }).send('GET', '/openapi.json');
    const { parameters, responses } = operation('patch', '/mugs', answer.body);
    expect(parameters).toContainEqual(expect.objectContaining({ name: 'If-Match', required: true }));
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['412', '428']));
  });

  test('a route adds the codes that it refuses with', async () => {
    const routes = router().post('/pay', () => ({ ok: true }), {
      body: closed({ a: Type.String({ $id: 'leaks' }) }),
      refuses: ['conflict', 'sku-unknown'],
    });
    const answer = await shop({ routes: [routes] }).send('GET', '/openapi.json');
    const { responses } = operation('post', '/pay', answer.body);
    expect(responses['409']?.description).toContain('`conflict`');
    expect(responses['422']?.description).toMatch(/`sku-unknown`[^]*`validation`/);
    expect(answer.text).not.toContain('leaks');
  });

  test('a whole number of a query is an integer', async () => {
    const routes = router().get('/list', ({ query }) => query, { query: ListQuery });
    const answer = await shop({ routes: [routes] }).send('GET', '/openapi.json');
    expect(operation('get', '/list', answer.body).parameters).toContainEqual(
      expect.objectContaining({ name: 'limit', schema: expect.objectContaining({ type: 'integer', minimum: 1, maximum: 100, default: 20 }) }),
    );
  });

  test('security and Idempotency-Key are declared', () => {
    const { security, parameters } = operation('post', '/cups');
    expect(security).toEqual([{ accessToken: [] }]);
    expect(parameters).toContainEqual(
      expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: true }),
    );
    expect(operation('get', '/cups').security).toBeUndefined();
    expect(operation('post', '/cups/{id}/wash').security).toEqual([{}, { accessToken: [] }]);
  });

  test('nothing internal to the chassis leaks', () => {
    expect(text).not.toMatch(/\$id|x-problems|x-idempotency-key|multipart/);
  });
});
