import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { connect } from 'node:net';
import { closed } from '@souk/contracts/schema';
import { Type } from '@sinclair/typebox';
import { type Listening, listen } from '../../src/web/app/listen.ts';
import { pathOf } from '../../src/web/app/request-facts.ts';
import { router } from '../../src/web/app/router.ts';
import { shop } from './shop.ts';

let listening: Listening;
beforeAll(() => {
  const routes = router()
    .get('/echo/:word', ({ params, query, request }) => ({ word: params.word, q: query.q ?? null, path: pathOf(request.url) }), {
      query: Type.Object({ q: Type.Optional(Type.String()) }),
    })
    .post('/echo', ({ body }) => body, { body: closed({ name: Type.String() }) });
  listening = listen(shop({ routes: [routes] }).app, { port: 0, hostname: '127.0.0.1' });
});
afterAll(() => listening.stop());

interface Asked {
  readonly method?: string;
  readonly target?: string;
  /** undefined: the header is left out, which only HTTP/1.0 may. */
  readonly host: string | undefined;
  readonly body?: string;
}

/** The status and JSON body of a request written by hand: `fetch` sends only what is well formed. */
function ask({ method = 'GET', target = '/echo/cup?q=tea', host, body }: Asked): Promise<{ status: number; body: unknown }> {
  const head = [
    `${method} ${target} HTTP/1.${host === undefined ? 0 : 1}`,
    ...(host === undefined ? [] : [`Host: ${host}`]),
    ...(body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
    'Connection: close',
  ];
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: unknown }>();
  const socket = connect(listening.port, '127.0.0.1', () => socket.write(`${head.join('\r\n')}\r\n\r\n${body ?? ''}`));
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
    const end = text.indexOf('\r\n\r\n');
    const length = /^content-length: (\d+)$/im.exec(text)?.[1];
    if (end === -1 || text.length < end + 4 + Number(length)) return;
    socket.destroy();
    resolve({ status: Number(text.split(' ', 2)[1]), body: JSON.parse(text.slice(end + 4)) });
  });
  socket.on('error', reject);
  return promise;
}

const echoed = { status: 200, body: { word: 'cup', q: 'tea', path: '/echo/cup' } };

describe('no host name leads to another route', () => {
  test.each([
    'a', 'me', 'api', 'web', 'API', 'Web', 'api.', 'a.', 'api:80', 'api:4001', 'a:1', 'xn--p1a', '1', '[::1]', '[::1]:4001', '[::]', '127.1', '127.0.0.1:4001',
    'localhost', 'LOCALHOST:80', 'shop.example', 'shop.example.', `${'long-'.repeat(12)}a.example`, 'under_score', '%61pi', 'a, b',
  ])('%s', async (host) => {
    expect(await ask({ host })).toEqual(echoed);
  });

  test.each([undefined, '', ' ', 'a b', 'a/b', '/', 'a?b=c', 'http://web', 'a@b', '[::1', '\u00fc', ':80'])('nor does one that is not valid: %p', async (host) => {
    expect(await ask({ host })).toEqual(echoed);
    expect(await ask({ host, method: 'POST', target: '/echo', body: '{"name":"tea"}' })).toEqual({ status: 200, body: { name: 'tea' } });
  });
});

describe('the form of the target makes no difference', () => {
  test.each(['http://api/echo/cup?q=tea', 'http://web:81/echo/cup?q=tea', 'https://a/echo/cup?q=tea', 'HTTP://[::1]/echo/cup?q=tea'])('%s', async (target) => {
    for (const host of ['web', 'shop.example', '', undefined]) expect(await ask({ host, target })).toEqual(echoed);
  });

  test.each(['//', '///', '//echo/cup', '//web/echo/cup', '/web/echo/cup', '/echo//cup', '/'])("%s is 404", async (target) => {
    for (const host of ['api', '', undefined]) {
      expect(await ask({ host, target })).toMatchObject({ status: 404, body: { instance: target } });
    }
  });

  test('methods that a path does not have are 405 under any host', async () => {
    for (const host of ['api', 'shop.example', '', undefined]) {
      expect(await ask({ host, method: 'DELETE' })).toMatchObject({ status: 405, body: { instance: '/echo/cup' } });
    }
  });
});
