import { describe, expect, test } from 'bun:test';
import { clientAddresses, networkForm, originForm } from '../../src/web/app/edge.ts';
import { listen } from '../../src/web/app/listen.ts';
import { rateLimit } from '../../src/web/limits/rate-limit.ts';
import { router } from '../../src/web/app/router.ts';
import { bearer, codeOf, CUP_ID, problemOf, shop } from './shop.ts';

const ORIGIN = 'https://shop.example';

describe('a rate limit', () => {
  function limited(keys?: number) {
    let ms = 0;
    const take = rateLimit({ name: 'user', perMinute: 60, now: () => ms, ...(keys !== undefined && { keys }) });
    const taken = (key: string, times: number) =>
      Array.from({ length: times }, () => take(key)).filter(({ retryAfterS }) => retryAfterS === undefined).length;
    return { take, taken, pass: (by: number) => void (ms += by) };
  }

  test('admits the whole quota at once, then what is restored second by second', () => {
    const { take, taken, pass } = limited();
    expect(taken('anna', 70)).toBe(60);
    expect(take('anna')).toEqual({ retryAfterS: 1, policy: '"user";q=60;w=60', state: '"user";r=0;t=60' });
    pass(10_000);
    expect(taken('anna', 70)).toBe(10);
    expect(taken('ben', 70)).toBe(60);
  });

  test('rounding costs nobody a request', () => {
    for (let perMinute = 1; perMinute <= 500; perMinute += 7) {
      const take = rateLimit({ name: 'user', perMinute, now: () => 123.456 });
      const passed = Array.from({ length: perMinute + 3 }, () => take('a')).filter((one) => one.retryAfterS === undefined);
      expect([perMinute, passed.length]).toEqual([perMinute, perMinute]);
    }
  });

  test('rounding adds no second to the time until the quota is whole again', () => {
    const states = Array.from({ length: 1000 }, (_, n) => rateLimit({ name: 'user', perMinute: 3, now: () => 115_000 + n * 1.2345678 })('a').state);
    expect([...new Set(states)]).toEqual(['"user";r=2;t=20']);
  });

  test('forgets the caller who was silent longest, not the one who is asking', () => {
    const { taken } = limited(10);
    taken('anna', 60);
    for (let n = 0; n < 100; n += 1) {
      taken(`other-${n}`, 1);
      if (n % 3 === 0) expect(taken('anna', 1)).toBe(0);
    }
    for (let n = 0; n < 20; n += 1) taken(`more-${n}`, 1);
    expect(taken('anna', 1)).toBe(1);
  });
});

describe('the address that a request counts for', () => {
  const client = clientAddresses(['10.0.0.0/8', '::1']);

  test.each([
    ['198.51.100.7', '203.0.113.9', '198.51.100.7', 'what a stranger says of others is not believed'],
    ['10.0.0.1', '203.0.113.9', '203.0.113.9', 'what a proxy says is'],
    ['::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9', 'a mapped address is the same proxy'],
    ['10.0.0.1', '1.1.1.1, 203.0.113.9, 10.0.0.2', '203.0.113.9', 'the last that is no proxy counts, not what it made up'],
    ['10.0.0.1', 'unknown', '10.0.0.1', 'what is no address says nothing'],
    ['10.0.0.1', null, '10.0.0.1', 'without the header it is the proxy'],
    ['2001:db8:1:2:3:4:5:6', null, '2001:db8:1:2::/64', 'an IPv6 address stands for its household'],
    ['2001:db8::9', null, '2001:db8:0:0::/64', 'also when it is written short'],
  ])('%s for %p is %s: %s', (connection, forwarded, expected) => {
    expect(client(connection, forwarded)).toBe(expected);
  });

  test('settings take addresses and networks, and origins as browsers write them', () => {
    const networks = ['10.0.0.1', '10.0.0.0/8', 'fd00::/8', '10.0.0.0/33', 'proxy', '10.0.0.0/8/8', '', '10.0.0.0/x'];
    expect(networks.filter((text) => networkForm.test(text))).toEqual(['10.0.0.1', '10.0.0.0/8', 'fd00::/8']);
    const origins = [ORIGIN, 'http://localhost:3000', '*', `${ORIGIN}/`, 'HTTPS://shop.example', 'null', 'ftp://a.example'];
    expect(origins.filter((text) => originForm.test(text))).toEqual([ORIGIN, 'http://localhost:3000']);
  });
});

describe('limited requests', () => {
  const edge = { rateLimit: 'on', userLimit: 5, addressLimit: 3 } as const;

  test('every answer says what is left; beyond the quota it is 429, before anything is read, except for probes', async () => {
    const { send } = shop({ edge });
    const first = await send('GET', '/cups');
    expect(first.headers.get('ratelimit-policy')).toBe('"address";q=3;w=60');
    expect(first.headers.get('ratelimit')).toBe('"address";r=2;t=20');
    await send('GET', '/no-such');
    await send('POST', '/open', { body: '{' });
    const refused = await send('POST', '/open', { body: 'x'.repeat(100_000) });
    expect(codeOf(refused)).toBe('too-many-requests');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit')).toStartWith('"address";r=0');
    for (const probe of ['/livez', '/readyz', '/metrics']) expect((await send('GET', probe)).status).toBe(200);
  });

  test('a signed-in user has a quota of their own, and a forged token gains none', async () => {
    const { send } = shop({ edge });
    const wash = (headers: Record<string, string>) => send('POST', `/cups/${CUP_ID}/wash`, { headers });
    const anna = await bearer();
    expect((await wash(anna)).headers.get('ratelimit')).toStartWith('"address";r=2');
    expect((await wash(anna)).headers.get('ratelimit')).toStartWith('"user";r=4');
    for (let n = 0; n < 2; n += 1) expect((await wash({ authorization: `Bearer a.b.${n}` })).status).toBe(401);
    expect((await wash({ authorization: 'Bearer a.b.c' })).status).toBe(429);
    expect((await wash(anna)).status).toBe(200);
  });

  test('an uncounted route has no quota: a gateway sends all its webhooks from one address', async () => {
    const routes = router()
      .post('/news/:gateway', () => ({ ok: true }), { uncounted: true })
      .get('/news/:gateway', () => ({ ok: true }));
    const { send } = shop({ edge: { ...edge, addressLimit: 1 }, routes: [routes] });
    for (let n = 0; n < 5; n += 1) {
      const { status, headers } = await send('POST', '/news/bank');
      expect([status, headers.has('ratelimit')]).toEqual([200, false]);
    }
    const { status, headers } = await send('GET', '/news/bank');
    expect([status, headers.get('ratelimit')?.slice(0, 14)]).toEqual([200, '"address";r=0;']);
    expect((await send('GET', '/news/bank')).status).toBe(429);
    const { text } = await send('POST', '/news/bank');
    expect(text).toBe('{"ok":true}');
    const document = shop({ routes: [routes] }).app.openApi();
    expect(JSON.stringify(document)).not.toContain('x-uncounted');
    expect(document).not.toHaveProperty(['paths', '/news/{gateway}', 'post', 'responses', '429']);
    expect(document).toHaveProperty(['paths', '/news/{gateway}', 'get', 'responses', '429']);
  });

  test('the address is that of the connection', async () => {
    const { app } = shop({ edge: { ...edge, addressLimit: 1 } });
    const from = async (address: string) =>
      (await app.handle(new Request('http://localhost/cups'), () => address)).status;
    expect([await from('192.0.2.1'), await from('192.0.2.2'), await from('192.0.2.1')]).toEqual([200, 200, 429]);
    const server = listen(shop({ edge: { ...edge, addressLimit: 1 } }).app, { port: 0, hostname: '127.0.0.1' });
    const statuses = [await fetch(`${server.url}/cups`), await fetch(`${server.url}/cups`)].map(({ status }) => status);
    await server.stop();
    expect(statuses).toEqual([200, 429]);
  });
});

describe('pages of other origins', () => {
  const preflight = { origin: ORIGIN, 'access-control-request-method': 'POST' };

  test('a listed origin may call, send our headers and read them', async () => {
    const { send } = shop({ edge: { corsOrigins: [ORIGIN] } });
    const asked = await send('OPTIONS', '/cups', { headers: preflight });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(asked.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(asked.headers.get('access-control-allow-headers')).toMatch(/Authorization.*Idempotency-Key.*If-Match/);
    expect(asked.headers.has('access-control-allow-credentials')).toBe(false);
    const answer = await send('GET', `/cups/${CUP_ID}`, { headers: { origin: ORIGIN } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(answer.headers.get('access-control-expose-headers')).toMatch(/ETag.*Idempotency-Replayed.*Location.*RateLimit.*Retry-After/);
    const failed = await send('GET', '/crash', { headers: { origin: ORIGIN } });
    expect([failed.status, failed.headers.get('access-control-allow-origin')]).toEqual([500, ORIGIN]);
  });

  test('no other origin is admitted, and caches are told that answers vary', async () => {
    const { send } = shop({ edge: { corsOrigins: [ORIGIN] } });
    for (const origin of ['https://evil.example', 'null', `${ORIGIN}.evil.example`, 'http://shop.example']) {
      expect((await send('OPTIONS', '/cups', { headers: { ...preflight, origin } })).status).toBe(405);
      const { headers } = await send('GET', '/cups', { headers: { origin } });
      expect([headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([null, 'Origin']);
    }
  });

  test('no origin is listed by default', async () => {
    const { send } = shop();
    expect((await send('OPTIONS', '/cups', { headers: preflight })).status).toBe(405);
    const { headers } = await send('GET', '/cups', { headers: { origin: ORIGIN } });
    expect([headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([null, null]);
  });
});

describe('security headers', () => {
  test('are on every answer, also on refusals and defects', async () => {
    const { send } = shop();
    for (const path of ['/cups', '/no-such', '/crash', '/livez', '/openapi.json', '/cups/x']) {
      const { headers } = await send('GET', path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      });
      expect(headers.has('strict-transport-security')).toBe(false);
    }
  });

  test('private answers are never stored, others are revalidated', async () => {
    const { send } = shop();
    const cached = async (method: string, path: string, init = {}) =>
      (await send(method, path, init)).headers.get('cache-control');
    expect(await cached('GET', '/cups')).toBe('no-cache');
    expect(await cached('GET', '/no-such')).toBe('no-store');
    expect(await cached('POST', '/open', { body: { name: 'Mug', handles: 1 } })).toBe('no-store');
    expect(await cached('POST', `/cups/${CUP_ID}/wash`, { headers: await bearer() })).toBe('no-store');
  });

  test('browsers are told to insist on TLS where the operator sets it', async () => {
    const { headers } = await shop({ edge: { hstsS: 3600 } }).send('GET', '/cups');
    expect(headers.get('strict-transport-security')).toBe('max-age=3600');
  });
});

describe('size and depth', () => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;

  test('a body of 64 KiB is read, one byte more is 413', async () => {
    const { send } = shop();
    const body = (bytes: number) => `{"name":"${'x'.repeat(bytes - 23)}","handles":1}`;
    expect((await send('POST', '/open', { body: body(64 * 1024) })).status).toBe(200);
    expect(codeOf(await send('POST', '/open', { body: body(64 * 1024 + 1) }))).toBe('payload-too-large');
  });

  test('10 levels are read, 11 are 422, and so are as many as fit', async () => {
    const { send } = shop();
    // The body, its tags, a tag: three levels more.
    const answerAt = async (depth: number) => {
      const tag = `{"key":"k","value":${nested(depth - 3)}}`;
      return await send('POST', '/open', { body: `{"name":"Mug","handles":1,"tags":[${tag}]}` });
    };
    expect((await answerAt(10)).status).toBe(200);
    expect(problemOf(await answerAt(11)).errors?.[0]?.detail).toBe('is nested deeper than 10 levels');
    expect((await send('POST', '/open', { body: '['.repeat(60_000) })).status).toBe(422);
  });

  test('a page has at most 100 items', async () => {
    const { send } = shop();
    expect((await send('GET', '/cups?limit=100')).status).toBe(200);
    for (const limit of ['101', '0', '-1', '1e9', 'all']) {
      expect(problemOf(await send('GET', `/cups?limit=${limit}`)).errors?.[0]?.pointer).toBe('?limit');
    }
  });
});
