import { describe, expect, test } from 'bun:test';
import { closed } from '@souk/contracts/schema';
import { Type } from '@sinclair/typebox';
import { router } from '../../src/http/router.ts';
import { shop } from './shop.ts';

interface Operation {
  parameters?: { name: string; in: string; required: boolean }[];
  requestBody?: { required: boolean; content: Record<string, unknown> };
  responses: Record<string, { description: string; content?: Record<string, unknown> }>;
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

function operation(method: string, path: string): Operation {
  const found = document.paths[path]?.[method];
  if (found === undefined) throw new Error(`no ${method} ${path}`);
  return found;
}

describe('GET /openapi.json', () => {
  test('is a 3.1 document with every route', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toEqual({ title: 'Souk cups', version: '1.2.3' });
    expect(Object.keys(document.paths).toSorted()).toEqual([
      '/crash',
      '/cups',
      '/cups/{id}',
      '/cups/{id}/break',
      '/cups/{id}/wash',
      '/livez',
      '/metrics',
      '/open',
      '/openapi.json',
      '/readyz',
      '/wrong-answer',
    ]);
  });

  test('bodies are JSON only, optional where they may be left out', () => {
    expect(operation('post', '/open').requestBody).toMatchObject({ required: true });
    expect(Object.keys(operation('post', '/open').requestBody?.content ?? {})).toEqual(['application/json']);
    expect(operation('post', '/cups/{id}/wash').requestBody?.required).toBe(false);
  });

  test('errors are problem documents, named by code', () => {
    const { responses } = operation('patch', '/cups/{id}');
    expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '404', '413', '415', '422', '500', '503']);
    for (const [status, response] of Object.entries(responses)) {
      const type = status === '200' ? 'application/json' : 'application/problem+json';
      expect(Object.keys(response.content ?? {})).toEqual([type]);
    }
    expect(responses['403']?.description).toContain('`forbidden`');
  });

  test('a route adds the codes that it refuses with', async () => {
    const routes = router().post('/pay', () => ({ ok: true }), {
      body: closed({ a: Type.String({ $id: 'leaks' }) }),
      refuses: ['conflict', 'sku-unknown'],
    });
    const answer = await shop({ routes: [routes] }).send('GET', '/openapi.json');
    const responses = (answer.body as Document).paths['/pay']?.['post']?.responses ?? {};
    expect(responses['409']?.description).toContain('`conflict`');
    expect(responses['422']?.description).toMatch(/`sku-unknown`[^]*`validation`/);
    expect(answer.text).not.toContain('leaks');
  });

  test('security and Idempotency-Key are shown', () => {
    const { security, parameters } = operation('post', '/cups');
    expect(security).toEqual([{ accessToken: [] }]);
    expect(parameters).toContainEqual(
      expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: true }),
    );
    expect(operation('get', '/cups').security).toBeUndefined();
    expect(operation('post', '/cups/{id}/wash').security).toEqual([{}, { accessToken: [] }]);
  });

  test('nothing of the chassis leaks', () => {
    expect(text).not.toMatch(/\$id|x-problems|x-idempotency-key|multipart/);
  });
});
