import { describe, expect, test } from 'bun:test';
import { StorageError, type StorageErrorCode } from '../../src/storage-error.ts';
import { OverloadedError } from '../../src/input-errors.ts';
import { ListQuery } from '@souk/contracts/paging';
import { PROBLEM_TYPES, type ProblemCode } from '@souk/contracts/problem';
import { closed } from '@souk/contracts/schema';
import { Type } from '@sinclair/typebox';
import { Problem, problem } from '../../src/web/problems/problem.ts';
import { router } from '../../src/web/app/router.ts';
import { bearer, codeOf, CUP_ID, problemOf, shop } from './shop.ts';

const { send, logged } = shop();
const cup = { name: 'Mug', handles: 1 };

describe('paths and methods that do not exist', () => {
  test('an unknown path is a 404 problem that names path and request', async () => {
    const answer = await send('GET', '/plates?token=abc', { headers: { 'x-request-id': 'r-1' } });
    expect(answer.status).toBe(404);
    expect(problemOf(answer)).toEqual({
      type: 'urn:souk:problem:not-found',
      title: 'There is nothing here',
      status: 404,
      detail: 'No route of this service has this path: GET /openapi.json names them all.',
      instance: '/plates',
      requestId: 'r-1',
    });
  });

  test('a known path with another method is 405 with Allow', async () => {
    const answer = await send('PUT', `/cups/${CUP_ID}`);
    expect(codeOf(answer)).toBe('method-not-allowed');
    expect(answer.headers.get('allow')).toBe('DELETE, GET, HEAD, PATCH');
  });

  test.each(['/cups/12', '/cups/%zz', '/cups/%00', '/cups/..%2f'])('a malformed id is 404: %s', async (path) => {
    expect(codeOf(await send('GET', path))).toBe('not-found');
  });

  test('HEAD answers as GET does, without a body', async () => {
    const answer = await send('HEAD', `/cups/${CUP_ID}`);
    expect(answer).toMatchObject({ status: 200, text: '' });
  });
});

describe('bodies', () => {
  test.each([
    ['{', 'malformed-json'],
    ["{'a':1}", 'malformed-json'],
    ['{"name":"\u0000"}', 'malformed-json'],
    [`{"name":"${'x'.repeat(64 * 1024)}"}`, 'payload-too-large'],
    ['[]', 'validation'],
    ['null', 'validation'],
    ['"text"', 'validation'],
    ['', 'validation'],
  ])('%#: refused', async (body, code) => {
    expect(codeOf(await send('POST', '/open', { body }))).toBe(code);
  });

  test('another media type is 415, and the answer says what is accepted', async () => {
    const answer = await send('POST', '/open', {
      body: 'name=x',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(codeOf(answer)).toBe('unsupported-media-type');
    expect(answer.headers.get('accept')).toBe('application/json');
  });

  test.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/merge-patch+json'])(
    '%s is JSON',
    async (type) => {
      const answer = await send('POST', '/open', { body: cup, headers: { 'content-type': type } });
      expect(answer.status).toBe(200);
    },
  );

  test('every wrong field is named once', async () => {
    const body = { handles: '2', colour: 'red', tags: [{ key: 1, value: 1, 'a/b~c': 1 }] };
    expect(
      problemOf(await send('POST', '/open', { body })).errors?.toSorted((a, b) => (a.pointer < b.pointer ? -1 : 1)),
    ).toEqual([
      { pointer: '/colour', detail: 'is not a known field' },
      { pointer: '/handles', detail: 'must be of type integer' },
      { pointer: '/name', detail: 'is missing' },
      { pointer: '/tags/0/a~1b~0c', detail: 'is not a known field' },
      { pointer: '/tags/0/key', detail: 'must be of type string' },
    ]);
  });

  test('a value is never repeated in the answer', async () => {
    const answer = await send('POST', '/open', { body: { ...cup, handles: 'hunter2', password: 'hunter3' } });
    expect(answer.text).not.toMatch(/hunter/);
  });

  test('NUL and half a surrogate pair are refused in values and names', async () => {
    const nul = await send('POST', '/open', { body: '{"name":"a\\u0000b","handles":1}' });
    expect(problemOf(nul).errors).toEqual([{ pointer: '/name', detail: 'has a character that is not allowed' }]);
    const half = await send('POST', '/open', { body: '{"name":"\\ud800","handles":1}' });
    expect(problemOf(half).errors?.[0]?.pointer).toBe('/name');
    const key = await send('POST', '/open', {
      body: '{"name":"a","handles":1,"tags":[{"key":"k","value":{"\\u0000":1}}]}',
    });
    expect(problemOf(key).errors?.[0]?.pointer).toBe('/tags/0/value');
    const escaped = await send('POST', '/open', { body: '{"name":"\\\\u0000","handles":1}' });
    expect(escaped.status).toBe(200);
  });

  test('nesting is limited to 10 levels', async () => {
    const nested = (depth: number) =>
      `{"name":"a","handles":1,"tags":[{"key":"k","value":${'['.repeat(depth)}${']'.repeat(depth)}}]}`;
    expect((await send('POST', '/open', { body: nested(7) })).status).toBe(200);
    expect(problemOf(await send('POST', '/open', { body: nested(8) })).errors?.[0]?.detail).toBe(
      'is nested deeper than 10 levels',
    );
    expect(codeOf(await send('POST', '/open', { body: nested(15_000) }))).toBe('validation');
  });

  test('__proto__ is an unknown field like any other', async () => {
    const answer = await send('POST', '/open', { body: '{"name":"a","handles":1,"__proto__":{"admin":true}}' });
    expect(problemOf(answer).errors?.[0]?.pointer).toBe('/__proto__');
  });

  test('an optional body may be absent or empty, but not invalid', async () => {
    const path = `/cups/${CUP_ID}/wash`;
    expect((await send('POST', path)).body).toEqual({ note: null, by: null });
    expect((await send('POST', path, { body: '' })).body).toEqual({ note: null, by: null });
    expect((await send('POST', path, { body: {} })).body).toEqual({ note: null, by: null });
    expect((await send('POST', path, { body: { note: 'hot' } })).body).toEqual({ note: 'hot', by: null });
    for (const body of ['[]', '5', 'null', '"x"', '{"note":5}', '{"nope":1}']) {
      expect(codeOf(await send('POST', path, { body }))).toBe('validation');
    }
  });

  test('a body of a route that takes none is ignored', async () => {
    const answer = await send('POST', `/cups/${CUP_ID}/break`, {
      body: { any: 'thing' },
      headers: await bearer('staff'),
    });
    expect(answer.status).toBe(200);
  });

  test('a service with a body schema that accepts unknown fields does not start', () => {
    const open = router().post('/loose', () => 'x', { body: closed({ inner: Type.Object({ a: Type.String() }) }) });
    expect(() => shop({ routes: [open] })).toThrow("the body of POST /loose accepts unknown fields at '/inner'");
  });
});

describe('queries', () => {
  test('numbers, booleans and lists are read from text, unknown parameters ignored', async () => {
    const { body } = await send('GET', '/cups?limit=5&hot=true&sku=a&sku=b&colour=red');
    expect(body).toEqual({ limit: 5, hot: true, sku: ['a', 'b'], all: ['limit', 'hot', 'sku'] });
    expect((await send('GET', '/cups?sku=a')).body).toMatchObject({ limit: 20, sku: ['a'] });
  });

  test.each([
    ['limit=0', '?limit', 'must be greater or equal to 1'],
    ['limit=101', '?limit', 'must be less or equal to 100'],
    ['limit=1.5', '?limit', 'must be of type integer'],
    ['limit=', '?limit', 'must be of type integer'],
    ['limit=1e1', '?limit', 'must be of type integer'],
    ['hot=yes', '?hot', 'must be of type boolean'],
  ])('%s is refused', async (query, pointer, detail) => {
    expect(problemOf(await send('GET', `/cups?${query}`)).errors).toEqual([{ pointer, detail }]);
  });

  test.each([
    ['46.1446'], ['5.0'], ['1.5e0'], ['1e1'], ['0x10'], ['Infinity'], ['-Infinity'], ['NaN'], ['12345678901234567'], ['9'.repeat(400)],
    [''], ['%20'], ['%205'], ['5%20'], ['%2B5'], ['5,0'], ['5_0'], ['\u0665'],
  ])('only decimal digits are read as a number, in every kind of schema: %p', async (text) => {
    const routes = router().get('/list', ({ query }) => query, { query: ListQuery });
    const refused = await shop({ routes: [routes] }).send('GET', `/list?limit=${text}`);
    expect(problemOf(refused).errors).toEqual([{ pointer: '?limit', detail: 'must be a whole number' }]);
    expect(problemOf(await send('GET', `/cups?limit=${text}`)).errors?.[0]?.pointer).toBe('?limit');
  });
});

describe('order of refusals', () => {
  const path = '/cups/12';
  test('405 before 413, 413 before 415, 415 before 400, 400 before 401', async () => {
    const text = { 'content-type': 'text/plain' };
    const big = { body: 'x'.repeat(70_000), headers: { ...text, 'content-length': '70000' } };
    expect(codeOf(await send('PUT', path, big))).toBe('method-not-allowed');
    expect(codeOf(await send('PATCH', path, big))).toBe('payload-too-large');
    expect(codeOf(await send('PATCH', path, { body: '{', headers: text }))).toBe('unsupported-media-type');
    expect(codeOf(await send('PATCH', path, { body: '{' }))).toBe('malformed-json');
  });

  test('401, 403, 422, 404 of the path, 428, 412, 200', async () => {
    const wrong = { name: 5 };
    const right = { name: 'a' };
    expect(codeOf(await send('PATCH', path, { body: wrong }))).toBe('unauthenticated');
    expect(codeOf(await send('PATCH', path, { body: wrong, headers: await bearer() }))).toBe('forbidden');
    const staff = await bearer('staff');
    expect(codeOf(await send('PATCH', path, { body: wrong, headers: staff }))).toBe('validation');
    expect(codeOf(await send('PATCH', path, { body: right, headers: staff }))).toBe('not-found');
    const there = `/cups/${CUP_ID}`;
    expect(codeOf(await send('PATCH', there, { body: right, headers: staff }))).toBe('precondition-required');
    expect(codeOf(await send('PATCH', there, { body: right, headers: { ...staff, 'if-match': '"2"' } }))).toBe(
      'precondition-failed',
    );
    expect((await send('PATCH', there, { body: right, headers: { ...staff, 'if-match': '"3"' } })).status).toBe(200);
  });

  test('a body with NUL or with too many levels is refused after authentication', async () => {
    expect(codeOf(await send('PATCH', path, { body: '{"name":"\\u0000"}' }))).toBe('unauthenticated');
  });
});

describe('every problem', () => {
  const CODES = Object.keys(PROBLEM_TYPES).filter((code): code is ProblemCode => Object.hasOwn(PROBLEM_TYPES, code));

  test('must say in one sentence what is wrong with this request', async () => {
    // @ts-expect-error a problem without its detail does not compile
    expect(problem('not-found', {})).toBeInstanceOf(Problem);
    const routes = router().post('/refuse', ({ request }) => {
      const code = CODES.find((one) => one === request.headers.get('x-code')) ?? 'internal';
      throw new Problem(code, { detail: `Because of ${code}: ask for something else.` });
    });
    const { send: ask } = shop({ routes: [routes] });
    for (const code of CODES) {
      const answer = await ask('POST', '/refuse', { headers: { 'x-code': code } });
      expect([codeOf(answer), problemOf(answer).detail]).toEqual([code, `Because of ${code}: ask for something else.`]);
    }
  });

  test('about fields names the first three, and says how many more there are', async () => {
    const one = await send('POST', '/open', { body: { ...cup, handles: 9 } });
    expect(problemOf(one).detail).toBe('/handles must be less or equal to 4.');
    const five = await send('POST', '/open', { body: { ...cup, a: 1, b: 2, c: 3, d: 4, e: 5 } });
    expect(problemOf(five).detail).toBe('/a is not a known field; /b is not a known field; /c is not a known field, and 2 more.');
    expect(problemOf(await send('POST', '/open', { body: '[]' })).detail).toBe('The body must be an object.');
    expect(problemOf(await send('GET', '/cups/12')).detail).toBe('The id in the path must be a valid uuid, so it names nothing here.');
    expect(problemOf(await send('GET', '/cups/%ff')).detail).toBe('The id in the path is not percent-encoded UTF-8, so it names nothing here.');
  });
});

describe('defects', () => {
  test('an unexpected error tells the caller nothing, and the log everything', async () => {
    const answer = await send('GET', '/crash', { headers: { 'x-request-id': 'crashed' } });
    expect(codeOf(answer)).toBe('internal');
    expect(answer.text).not.toMatch(/secret|stack|at /);
    expect(logged()).toMatch(/"requestId":"crashed",.*"route":"\/crash","path":"\/crash",.*"msg":"request failed"/);
  });

  test('an answer that breaks its contract is a 500, logged by place and not by value', async () => {
    const answer = await send('GET', '/wrong-answer');
    expect(codeOf(answer)).toBe('internal');
    expect(answer.text + logged()).not.toMatch(/top-secret/);
    expect(logged()).toMatch(/"places":\["\/version: Expected integer"\]/);
  });
});

describe('a database that does not answer', () => {
  const failing = (code: StorageErrorCode) =>
    shop({
      routes: [
        router().get('/reading', () => {
          throw new StorageError(code, new Error('secret of the database'));
        }),
      ],
    });

  test.each(['connection', 'retry', 'commit-unknown'] as const)('is 503 with Retry-After: %s', async (code) => {
    const service = failing(code);
    const answer = await service.send('GET', '/reading');
    expect(codeOf(answer)).toBe('unavailable');
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.text).not.toMatch(/secret/);
    expect(service.logged()).toMatch(/"the database did not answer"/);
  });

  test('is told apart from a constraint that refuses a row', async () => {
    expect(codeOf(await failing('check').send('GET', '/reading'))).toBe('internal');
  });
});

describe('overload', () => {
  test('changes are refused with Retry-After while there is no room; reads are not', async () => {
    const busy = shop({ busy: () => 3 });
    const answer = await busy.send('POST', '/open', { body: cup });
    expect(codeOf(answer)).toBe('overloaded');
    expect(answer.headers.get('retry-after')).toBe('3');
    expect((await busy.send('GET', '/cups')).status).toBe(200);
  });

  test('new work is refused before its token and body are read; all else goes on', async () => {
    let asked = 0;
    const routes = router()
      .post('/new', () => ({ done: true }), { signedIn: true, postponable: true, body: closed({ name: Type.String() }) })
      .get('/new', () => ({ done: true }), { maybeSignedIn: true })
      .post('/old', () => ({ done: true }), { maybeSignedIn: true });
    const full = shop({ routes: [routes], admit: () => ((asked += 1), 7) });
    const answer = await full.send('POST', '/new', { body: 'no JSON at all', headers: { authorization: 'Bearer no-token' } });
    expect([answer.status, codeOf(answer), answer.headers.get('retry-after')]).toEqual([503, 'overloaded', '7']);
    expect(problemOf(answer).detail).toBe('More was asked for than can be finished soon: nothing was done, send the same request again in 7 s.');
    const others = [await full.send('GET', '/new'), await full.send('POST', '/old'), await full.send('GET', '/livez')];
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(asked).toBe(1);
  });

  test('an admitted request is answered as always', async () => {
    const routes = router().post('/new', () => ({ done: true }), { maybeSignedIn: true, postponable: true });
    expect((await shop({ routes: [routes], admit: () => null }).send('POST', '/new')).status).toBe(200);
    expect((await shop({ routes: [routes] }).send('POST', '/new')).status).toBe(200);
  });

  test("a writer's refusal and a problem with extension members are answered as they are", async () => {
    const routes = router()
      .post('/full', () => {
        throw new OverloadedError(2);
      })
      .post('/total', () => {
        throw problem('total-changed', { detail: 'It costs 5.', extension: { total: { amount: 5, currency: 'EUR' } } });
      });
    const { send: ask } = shop({ routes: [routes] });
    const full = await ask('POST', '/full');
    expect([codeOf(full), full.headers.get('retry-after')]).toEqual(['overloaded', '2']);
    expect(problemOf(await ask('POST', '/total'))).toMatchObject({
      status: 409,
      total: { amount: 5, currency: 'EUR' },
    });
  });
});
