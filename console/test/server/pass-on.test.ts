import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { connect } from 'node:net';
import { until } from '@souk/chassis/testing/until';
import { type Browser, codeOf, type RunningConsole, runningConsole } from './running-console.ts';

let running: RunningConsole;
let one: Browser;

beforeAll(async () => {
  running = await runningConsole();
  one = running.browser();
  await one.signIn();
});
afterAll(() => running.stop());

const lastReceived = () => running.shop.received.at(-1);

describe('what is passed on', () => {
  test("is the question as it came, with the operator's token", async () => {
    const answer = await one.ask('GET', '/api/order/orders?status=completed&sku=a%26b');
    expect(await answer.json()).toMatchObject({ service: 'order', path: '/orders', search: '?status=completed&sku=a%26b' });
    expect(running.shop.issued).toContain(lastReceived()?.headers.get('authorization')?.replace('Bearer ', '') ?? '');
  });

  test('are some headers, and neither cookies nor anything else that a browser sends', async () => {
    const headers = {
      accept: 'application/json',
      'idempotency-key': 'key-1',
      'if-match': '"3"',
      'last-event-id': '7',
      'x-request-id': 'mine',
      authorization: 'Bearer forged',
      'x-forwarded-host': 'evil.example',
      'proxy-authorization': 'x',
      te: 'trailers',
    };
    const answer = await one.ask('POST', '/api/order/orders', { body: { a: 1 }, headers });
    const sent = lastReceived();
    expect(sent?.body).toBe('{"a":1}');
    const names = [...(sent?.headers.keys() ?? [])].toSorted();
    // The last ones are of the connection itself.
    expect(names).toEqual(['accept', 'accept-encoding', 'authorization', 'connection', 'content-length', 'content-type', 'host', 'idempotency-key', 'if-match', 'last-event-id', 'traceparent', 'user-agent', 'x-forwarded-for', 'x-request-id']);
    expect(sent?.headers.get('authorization')).not.toContain('forged');
    expect(sent?.headers.get('x-request-id')).toBe('mine');
    expect(answer.headers.get('x-request-id')).toBe('mine');
  });

  test('are every method of the services', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await one.ask(method, '/api/inventory/stock/SKU-1');
      expect(await answer.json()).toMatchObject({ service: 'inventory', method });
    }
  });

  test('of an answer are some headers, and it can never be a page', async () => {
    running.shop.answer(({ path }) =>
      path === '/orders/1'
        ? Response.json({}, { status: 202, headers: { etag: '"3"', location: '/orders/1', 'retry-after': '3', 'ratelimit-policy': 'p', 'set-cookie': 'a=b', 'access-control-allow-origin': '*', server: 'x' } })
        : undefined,
    );
    const { status, headers } = await one.ask('GET', '/api/order/orders/1');
    expect(status).toBe(202);
    expect(headers.get('etag')).toBe('"3"');
    expect(headers.get('location')).toBe('/orders/1');
    expect(headers.get('retry-after')).toBe('3');
    expect(headers.get('ratelimit-policy')).toBe('p');
    for (const name of ['set-cookie', 'access-control-allow-origin', 'server']) expect(headers.get(name)).toBeNull();
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test.each(['text/html', 'image/svg+xml', 'text/javascript', 'application/xhtml+xml'])('is no answer of type %s', async (type) => {
    running.shop.answer(({ path }) => (path === '/orders/2' ? new Response('<script>alert(1)</script>', { headers: { 'content-type': type } }) : undefined));
    const answer = await one.ask('GET', '/api/order/orders/2');
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await codeOf(answer)).toBe('503 unavailable');
  });

  test('is no redirect', async () => {
    running.shop.answer(({ path }) => (path === '/orders/3' ? new Response(null, { status: 302, headers: { location: 'http://127.0.0.1:1/x' } }) : undefined));
    const answer = await one.ask('GET', '/api/order/orders/3');
    expect(answer.headers.get('location')).toBeNull();
    expect(await codeOf(answer)).toBe('503 unavailable');
  });

  test('are problems of a service', async () => {
    running.shop.answer(({ path }) =>
      path === '/orders/4' ? Response.json({ type: 'urn:souk:problem:not-found', detail: 'None.' }, { status: 404, headers: { 'content-type': 'application/problem+json' } }) : undefined,
    );
    expect(await codeOf(await one.ask('GET', '/api/order/orders/4'))).toBe('404 not-found');
  });

  test('is no body of more than 1 MiB', async () => {
    expect(await codeOf(await one.ask('POST', '/api/order/orders', { body: JSON.stringify('x'.repeat(1024 * 1024)) }))).toBe('413 payload-too-large');
  });

  test('is long answers, too', async () => {
    running.shop.answer(({ path }) => (path === '/orders/5' ? Response.json({ text: 'ä'.repeat(1_000_000) }) : undefined));
    const answer = await one.ask('GET', '/api/order/orders/5');
    expect(((await answer.json()) as { text: string }).text).toHaveLength(1_000_000);
  });

  test('is an event stream, which ends with its reader', async () => {
    const reading = new AbortController();
    const answer = await one.ask('GET', '/api/order/ops/stream', { headers: { accept: 'text/event-stream' }, signal: reading.signal });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const reader = answer.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(new TextDecoder().decode(value)).toContain('event: open');
    expect(running.shop.streams()).toBe(1);
    reading.abort();
    await until('the stream to end', () => running.shop.streams() === 0);
  });
});

describe('nothing is passed on', () => {
  test.each(['/api/gateway/x', '/api/order', '/api/order/', '/api/order//x', '/api/__proto__/x', '/api/Order/orders', '/api/order/%2e%2e%2fuser', '/api/order/..%5cuser', '/api/constructor/x'])(
    'of %s',
    async (path) => {
      const before = running.shop.received.length;
      expect((await one.ask('GET', path)).status).toBe(404);
      expect(running.shop.received.length).toBe(before);
    },
  );

  // What a client sends that does not tidy a path up first: Bun does so before anything of ours reads it.
  test.each(['/api/order/../../etc/passwd', '/api/%2e%2e/order/orders', '/api/order/%2e%2e/%2e%2e/%2e%2e/orders', '/api/order/\\..\\..\\orders'])('of the request line %s', async (target) => {
    const before = running.shop.received.length;
    expect(await rawRequest(`GET ${target} HTTP/1.1`, [`Cookie: ${one.cookie}`])).toMatch(/^HTTP\/1.1 404/);
    expect(running.shop.received.length).toBe(before);
  });

  test('for anybody without a session', async () => {
    const before = running.shop.received.length;
    expect(await codeOf(await running.browser().ask('GET', '/api/order/orders'))).toBe('401 unauthenticated');
    expect(await codeOf(await running.browser().ask('POST', '/api/order/orders', { body: {} }))).toBe('401 unauthenticated');
    expect(running.shop.received.length).toBe(before);
  });

  test.each<[string, string, Record<string, string>]>([
    ['another origin', 'POST', { origin: 'https://evil.example' }],
    ['another port of the same host', 'POST', { origin: 'http://127.0.0.1:1' }],
    ['an opaque origin', 'POST', { origin: 'null' }],
    ['another site', 'POST', { 'sec-fetch-site': 'cross-site' }],
    ['the same site, from another origin', 'DELETE', { 'sec-fetch-site': 'same-site' }],
    ['a navigation', 'POST', { 'sec-fetch-site': 'none' }],
    ['a page without our header', 'DELETE', { 'x-souk-console': '' }],
    ['another origin that only reads', 'GET', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }],
    ['another site that only reads', 'GET', { 'sec-fetch-site': 'cross-site' }],
  ])('for %s', async (_, method, headers) => {
    const before = running.shop.received.length;
    for (const path of ['/api/order/orders', '/session', '/api/redrives']) {
      const answer = await one.ask(method, path, { headers, ...(method === 'POST' && { body: {} }) });
      expect(answer.status === 405 ? '403 console-cross-origin' : await codeOf(answer)).toBe('403 console-cross-origin');
    }
    expect(running.shop.received.length).toBe(before);
    expect((await one.ask('GET', '/session')).status).toBe(200);
  });

  test('for a program that names no origin', async () => {
    const answer = await rawRequest('POST /api/order/orders HTTP/1.1', [`Cookie: ${one.cookie}`, 'X-Souk-Console: 1', 'Content-Type: application/json', 'Content-Length: 2', '', '{}']);
    expect(answer).toContain('console-cross-origin');
  });
});

test('a console that only looks changes nothing', async () => {
  const looking = await runningConsole({ mode: 'read-only', demo: async () => ({ kind: 'placed', orderId: Bun.randomUUIDv7() }) }, running.shop);
  const reader = looking.browser();
  expect(await reader.signIn()).toMatchObject({ mode: 'read-only' });
  expect((await reader.ask('GET', '/api/order/orders')).status).toBe(200);
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) expect(await codeOf(await reader.ask(method, '/api/order/orders'))).toBe('403 console-read-only');
  expect(await codeOf(await reader.ask('POST', '/api/redrives', { body: { service: 'order', letters: {}, dryRun: true } }))).toBe('403 console-read-only');
  expect(await codeOf(await reader.ask('POST', '/demo/orders', { body: { kind: 'completes' } }))).toBe('403 console-read-only');
  const { curl } = (await (await reader.ask('GET', '/demo/orders')).json()) as { curl: string };
  const authorization = /'authorization: (Bearer [\w-]+)'/.exec(curl)?.[1] ?? '';
  const byCommand = await fetch(`${looking.url}/demo/orders`, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: '{"kind":"completes"}' });
  expect(await codeOf(byCommand)).toBe('403 console-read-only');
  expect((await reader.ask('DELETE', '/session')).status).toBe(204);
  await looking.console.close();
});

test('beside the embedded shop it is called by names of its own machine alone', async () => {
  const own = await runningConsole({ embedded: true }, running.shop);
  const { port } = new URL(own.url);
  const cookie = await signedIn(own);
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`]) expect((await own.browser().ask('GET', '/session', { headers: { host, origin: `http://${host}`, cookie } })).status).toBe(200);
  const rebound = await own.browser().ask('GET', '/session', { headers: { host: `evil.example:${port}`, origin: `http://evil.example:${port}`, cookie } });
  expect(await codeOf(rebound)).toBe('403 console-cross-origin');
  await own.console.close();
});

async function signedIn({ browser }: RunningConsole): Promise<string> {
  const signing = browser();
  await signing.signIn();
  return signing.cookie ?? '';
}

async function rawRequest(line: string, headers: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(running.url);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  const socket = connect(Number(port), hostname, () => socket.write([line, `Host: ${hostname}:${port}`, 'Connection: close', ...headers, ...(headers.includes('') ? [] : ['', ''])].join('\r\n')));
  socket.on('data', (data: Buffer) => (text += data.toString()));
  socket.on('close', () => resolve(text));
  socket.on('error', reject);
  socket.setTimeout(3000, () => socket.destroy());
  return promise;
}

test('a stream that a service never begins gives its place back when the page goes', async () => {
  const own = await runningConsole();
  const page = own.browser();
  await page.signIn();
  own.shop.answer(({ path }) => (path === '/orders/1/stream' ? new Promise(() => {}) : undefined));
  for (let opened = 0; opened < 25; opened += 1) {
    const going = new AbortController();
    const asked = page.ask('GET', '/api/order/orders/1/stream', { headers: { accept: 'text/event-stream' }, signal: going.signal });
    await until('the service is asked', () => own.shop.received.filter(({ path }) => path === '/orders/1/stream').length > opened);
    going.abort();
    expect(await asked.catch((error: Error) => error.name)).toBe('AbortError');
  }
  const stream = await until('a place', async () => {
    const answer = await page.ask('GET', '/api/stream');
    return answer.ok && answer;
  });
  await stream.body?.cancel();
  await own.stop();
});

test('an answer that breaks off, and one that is no JSON where it has to be, are faults of the service', async () => {
  // Says that it has 100 bytes, and hangs up after five.
  const cut = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":') } });
  const own = await runningConsole({ urls: { ...running.shop.urls, order: `http://127.0.0.1:${cut.port}` } }, running.shop);
  const reader = own.browser();
  await reader.signIn();
  expect(await codeOf(await reader.ask('GET', '/api/order/broken'))).toBe('503 unavailable');
  await own.console.close();
  cut.stop(true);
  running.shop.answer(({ path }) => (path === '/openapi.json' ? new Response('<h1>Hello</h1>') : undefined));
  expect(await codeOf(await one.ask('GET', '/reference/order.json'))).toBe('503 unavailable');
  running.shop.answer(() => undefined);
});
