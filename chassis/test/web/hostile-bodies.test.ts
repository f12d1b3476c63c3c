import { afterAll, describe, expect, test } from 'bun:test';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { Type } from '@sinclair/typebox';
import { ValidationError } from 'elysia';
import { cutAtDepth } from '../../src/web/bodies/json-body.ts';
import { listen } from '../../src/web/app/listen.ts';
import { bearer, CUP_ID, problemOf, read, shop } from './shop.ts';

const { app, send } = shop();
const listening = listen(app, { port: 0, hostname: '127.0.0.1' });
afterAll(listening.stop);

const LIMIT = 64 * 1024;
const lists = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const filled = (unit: string, length: number) => unit.repeat(Math.floor(length / unit.length));

/** Each as long as a body may be. Before, one of them took a process 10 s and more memory than it has. */
const BODIES: Readonly<Record<string, string>> = {
  'lists in lists': `{"x":${lists(LIMIT / 2 - 4)}}`,
  'lists that nobody closes': `{"x":${'['.repeat(LIMIT - 5)}`,
  'objects in objects': `{"x":${objects(10_000)}}`,
  'depth in a known field': `{"name":"Mug","handles":1,"tags":[{"key":"k","value":${lists(30_000)}}]}`,
  'ones': `{"x":[${filled('1,', LIMIT - 10)}1]}`,
  'wrong entries': `{"name":"Mug","handles":1,"tags":[${filled('1,', LIMIT - 50)}1]}`,
  'empty entries': `{"name":"Mug","handles":1,"tags":[${filled('{},', LIMIT - 50)}{}]}`,
  'unknown fields': `{${Array.from({ length: 6000 }, (_, at) => `"f${at}":1`).join(',')}}`,
  'a long name': `{"${'n'.repeat(LIMIT - 10)}":1}`,
  'a name of slashes': `{"${'~/'.repeat(LIMIT / 2 - 5)}":1}`,
  'a long string': `{"name":${JSON.stringify('x'.repeat(LIMIT - 30))},"handles":"1"}`,
  'escapes': `{"name":"${filled(String.raw`\u0041`, LIMIT - 40)}","x":1}`,
  'a long number': `{"handles":${'9'.repeat(LIMIT - 20)}}`,
};

describe('bodies with as many faults as fit', () => {
  test.each(Object.entries(BODIES))('%s are 422, by the app and over a socket, at once', async (_, body) => {
    expect(body.length).toBeLessThanOrEqual(LIMIT);
    const startedAt = performance.now();
    for (let round = 0; round < 5; round += 1) expect((await send('POST', '/open', { body })).status).toBe(422);
    const answer = await fetch(`${listening.url}/open`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    expect(problemOf(await read(answer)).errors?.length).toBeLessThanOrEqual(50);
    // Well under what one of them took.
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  test('a deep one is 401 for an anonymous caller', async () => {
    const body = BODIES['lists in lists'];
    const headers = { 'idempotency-key': 'k' };
    expect((await send('POST', '/cups', { body, headers })).status).toBe(401);
    expect((await send('POST', '/cups', { body, headers: { ...headers, ...(await bearer()) } })).status).toBe(422);
  });

  test('the place that is too deep is named, even if the rest is no JSON', async () => {
    const body = `{"name":"Mug","handles":1,"tags":[{"key":"k","value":{"b":1,"5":[0,{"a/b":${lists(20)},"}`;
    expect(problemOf(await send('POST', '/open', { body })).errors).toEqual([
      { pointer: '/tags/0/value/5/1/a~1b/0/0/0/0', detail: 'is nested deeper than 10 levels' },
    ]);
    expect((await send('POST', '/open', { body: `{"name":}${lists(20)}` })).status).toBe(400);
  });

  test('a very long field name comes back in part', async () => {
    const { errors: [error] = [], detail } = problemOf(await send('POST', '/open', { body: `{"name":"Mug","handles":1,"${'n'.repeat(60_000)}":1}` }));
    expect(error?.pointer).toBe(`/${'n'.repeat(199)}...`);
    expect(detail.length).toBeLessThan(300);
  });

  test('brackets in strings do not count as depth', async () => {
    const name = `${'['.repeat(100)}\\"${'{'.repeat(100)}\\\\`;
    expect((await send('POST', '/open', { body: `{"name":"${name}","handles":1}` })).status).toBe(200);
    expect((await send('POST', `/cups/${CUP_ID}/wash`, { body: `{"note":"${name}` })).status).toBe(400);
  });
});

describe('a text is cut where it is too deep', () => {
  test.each([
    ['[[1],{"a":[]}]', 3, undefined],
    ['[[1],{"a":[]}]', 2, '[[1],{"a":[]}]'],
    ['[[1],{"a":[]}]', 1, '[[]]'],
    ['{"[[[":"\\"]"}', 1, undefined],
    [']]]][', 1, undefined],
    ['"[', 0, undefined],
    ['', 0, undefined],
  ])('%s at %d', (text, limit, cut) => {
    expect(cutAtDepth(text, limit)).toBe(cut);
  });
});

test("the framework's own error says nothing of the value, so it costs nothing and leaks nothing", () => {
  const value = { secret: 'of a caller', list: Array.from({ length: 1000 }, () => 'entry') };
  const schema = Type.Object({ secret: Type.Number(), list: Type.String() });
  for (const validator of [schema, TypeCompiler.Compile(schema)]) {
    const error = new ValidationError('body', validator, value);
    expect(error.message).toBe('the body is not of the form that its route declares');
    expect(JSON.stringify(error.all.map(({ summary }) => summary))).not.toContain('entry');
  }
});
