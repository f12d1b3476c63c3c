import { afterEach, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import { codeOf, type RunningConsole, runningConsole } from './running-console.ts';
import { CUSTOMER, standInShop, STAFF } from './stand-in-shop.ts';

let running: RunningConsole | undefined;

async function started(...given: Parameters<typeof runningConsole>): Promise<RunningConsole> {
  running = await runningConsole(...given);
  return running;
}

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

describe('signing in', () => {
  test('gives a cookie that no script reads and no other site sends, and says who it is', async () => {
    const { browser, shop } = await started();
    const answer = await browser().ask('POST', '/session', { body: STAFF });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-cookie')).toMatch(/^souk_console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toMatchObject({ email: STAFF.email, roles: ['customer', 'staff'], mode: 'write', embedded: false, services: shop.urls });
  });

  test('by TLS the cookie is for TLS alone', async () => {
    const { browser } = await started({ origins: ['https://console.shop.example'] });
    const answer = await browser().ask('POST', '/session', { body: STAFF, headers: { origin: 'https://console.shop.example' } });
    expect(answer.headers.get('set-cookie')).toEndWith('; Secure');
  });

  test("User's refusals are passed on as they are", async () => {
    const { browser, shop } = await started();
    expect(await codeOf(await browser().ask('POST', '/session', { body: { ...STAFF, password: 'wrong' } }))).toBe('401 invalid-credentials');
    shop.answer(({ path }) =>
      path === '/sessions' ? Response.json({ type: 'urn:souk:problem:second-factor-required' }, { status: 401, headers: { 'content-type': 'application/problem+json' } }) : undefined,
    );
    expect(await codeOf(await browser().ask('POST', '/session', { body: STAFF }))).toBe('401 second-factor-required');
    shop.answer(({ path }) =>
      path === '/sessions' ? Response.json({ type: 'urn:souk:problem:too-many-requests' }, { status: 429, headers: { 'content-type': 'application/problem+json', 'retry-after': '7' } }) : undefined,
    );
    const answer = await browser().ask('POST', '/session', { body: STAFF });
    expect(answer.headers.get('retry-after')).toBe('7');
  });

  test.each([
    ['287 082', { oneTimeCode: '287 082' }],
    ['abcd-efgh', { recoveryCode: 'abcd-efgh' }],
  ])('the code %s goes to User as what it is', async (code, sent) => {
    const { browser, shop } = await started();
    await browser().signIn({ ...STAFF, code });
    expect(JSON.parse(shop.received[0]?.body ?? '')).toEqual({ ...STAFF, ...sent });
  });

  test('a customer is refused, and signed out at User again', async () => {
    const { browser, shop } = await started();
    const customer = browser();
    const answer = await customer.ask('POST', '/session', { body: CUSTOMER });
    expect(await codeOf(answer)).toBe('403 forbidden');
    expect(customer.cookie).toBeUndefined();
    expect(shop.signedOut).toHaveLength(1);
  });

  test.each([
    [{ passwordChangeRequired: true }, /Change the password first/],
    [{ secondFactorRequired: true }, /Set up a second factor first/],
  ])('an account that has to do something first is told what: %o', async (needs, says) => {
    const { browser, shop } = await started();
    await browser().signIn();
    const claims = shop.issued[0] ?? '';
    shop.answer(({ method, path }) =>
      method === 'POST' && path === '/sessions' ? Response.json({ accessToken: claims, refreshToken: 'r', expiresIn: 900, ...needs }) : undefined,
    );
    const answer = await browser().ask('POST', '/session', { body: STAFF });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toMatch(says);
  });

  test("the browser's address goes to User, whose limits count it", async () => {
    const { browser, shop } = await started();
    await browser().ask('POST', '/session', { body: STAFF, headers: { 'x-forwarded-for': '192.0.2.7' } });
    expect(shop.received[0]?.headers.get('x-forwarded-for')).toBe('192.0.2.7, 127.0.0.1');
  });

  test('again, from the same browser, ends the session before', async () => {
    const { browser } = await started();
    const one = browser();
    await one.signIn();
    const before = one.cookie ?? '';
    await one.signIn();
    expect(one.cookie).not.toBe(before);
    expect((await browser().ask('GET', '/session', { headers: { cookie: before } })).status).toBe(401);
  });

  test('too many tries from one address have to wait', async () => {
    const { browser } = await started();
    const answers = await Promise.all(Array.from({ length: 31 }, () => browser().ask('POST', '/session', { body: { ...STAFF, password: 'wrong' } })));
    expect(answers.map(({ status }) => status).filter((status) => status === 429)).toHaveLength(1);
  });

  test('while User is away is 503', async () => {
    const shop = standInShop();
    const { browser } = await started({}, shop);
    await shop.stop();
    expect(await codeOf(await browser().ask('POST', '/session', { body: STAFF }))).toBe('503 unavailable');
  });
});

describe('a session', () => {
  test('is 401 for anybody without its cookie', async () => {
    const { browser } = await started();
    for (const cookie of ['', 'souk_console=', 'souk_console=abc', `souk_console=${'A'.repeat(43)}`, `other=${'A'.repeat(43)}`]) {
      expect((await browser().ask('GET', '/session', { headers: { cookie } })).status).toBe(401);
    }
  });

  test('ends with signing out, at User as well, and so do its streams', async () => {
    const { browser, shop } = await started();
    const one = browser();
    await one.signIn();
    const stream = await one.ask('GET', '/api/stream');
    await until('five streams', () => shop.streams() === 5);
    const answer = await one.ask('DELETE', '/session');
    expect(answer.status).toBe(204);
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0');
    expect(shop.signedOut).toHaveLength(1);
    await stream.text();
    await until('no stream', () => shop.streams() === 0);
    expect((await one.ask('GET', '/session')).status).toBe(401);
  });

  test('ends when User ends it', async () => {
    const { browser, shop } = await started();
    const one = browser();
    await one.signIn();
    const stream = await one.ask('GET', '/api/stream');
    await until('five streams', () => shop.streams() === 5);
    shop.endSessions();
    expect(await codeOf(await one.ask('GET', '/api/order/orders'))).toBe('401 unauthenticated');
    await stream.text();
    expect((await one.ask('GET', '/session')).status).toBe(401);
  });

  test('ends with the role: at the first token that is not of staff any more, and at User as well', async () => {
    const { browser, shop } = await started();
    const one = browser();
    await one.signIn();
    const stream = await one.ask('GET', '/api/stream');
    await until('five streams', () => shop.streams() === 5);
    shop.demote();
    shop.cut('order');
    await stream.text();
    expect(await codeOf(await one.ask('GET', '/api/redrives'))).toBe('401 unauthenticated');
    expect(shop.signedOut).toHaveLength(1);
  });

  test('ends at User as well when its access token is no longer accepted there', async () => {
    const { browser, shop } = await started();
    const one = browser();
    await one.signIn();
    shop.expireTokens();
    expect((await one.ask('DELETE', '/session')).status).toBe(204);
    expect(shop.signedOut).toHaveLength(1);
  });

  test('is found behind a cookie of the same name, which any other port of the host can set', async () => {
    const { browser } = await started();
    const one = browser();
    await one.signIn();
    const foreign = `souk_console=${'A'.repeat(43)}`;
    for (const cookie of [`${foreign}; ${one.cookie}`, `${one.cookie}; ${foreign}`]) expect((await one.ask('GET', '/session', { headers: { cookie } })).status).toBe(200);
    expect((await one.ask('GET', '/session', { headers: { cookie: `${`${foreign}; `.repeat(10)}${one.cookie}` } })).status).toBe(401);
    expect((await one.ask('DELETE', '/session', { headers: { cookie: `${foreign}; ${one.cookie}` } })).status).toBe(204);
  });

  test('renews its token once for all that wait for it', async () => {
    const { browser, shop } = await started();
    const one = browser();
    await one.signIn();
    shop.expireTokens();
    const answers = await Promise.all(Array.from({ length: 20 }, () => one.ask('GET', '/api/order/orders')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(shop.refreshes).toBe(1);
  });

  test('outlives a User that is away while its token is renewed', async () => {
    const { browser, shop } = await started();
    const one = browser();
    await one.signIn();
    shop.expireTokens();
    shop.answer(({ path }) => (path === '/sessions/refresh' ? new Response('', { status: 503 }) : undefined));
    expect(await codeOf(await one.ask('GET', '/api/order/orders'))).toBe('503 unavailable');
    shop.answer(() => undefined);
    expect((await one.ask('GET', '/api/order/orders')).status).toBe(200);
  });

  test('is over when the console stops, at User as well', async () => {
    const { browser, shop, console } = await started();
    await browser().signIn();
    await console.close();
    expect(shop.signedOut).toHaveLength(1);
  });
});

describe('a one-time link', () => {
  async function link() {
    const { console, browser, shop, url, log } = await started({ embedded: true });
    const [accessToken = '', refreshToken = ''] = await tokens(shop.urls.user);
    const address = console.oneTimeLink({ email: STAFF.email, accessToken, refreshToken, expiresIn: 900 });
    const [page, token = ''] = address.split('/#once=');
    expect(page).toBe(url);
    expect(token).toMatch(/^[\w-]{43}$/);
    return { browser, token, shop, log };
  }

  async function tokens(user: string): Promise<readonly string[]> {
    const answer = await fetch(`${user}/sessions`, { method: 'POST', body: JSON.stringify(STAFF) });
    const { accessToken, refreshToken } = (await answer.json()) as { accessToken: string; refreshToken: string };
    return [accessToken, refreshToken];
  }

  test('signs in without a password, once', async () => {
    const { browser, token } = await link();
    const one = browser();
    const answer = await one.ask('POST', '/session/once', { body: { token } });
    expect(await answer.json()).toMatchObject({ email: STAFF.email, embedded: true });
    expect((await one.ask('GET', '/api/order/orders')).status).toBe(200);
    expect(await codeOf(await browser().ask('POST', '/session/once', { body: { token } }))).toBe('410 link-invalid');
  });

  test('of somebody who guesses signs in nobody', async () => {
    const { browser, token } = await link();
    expect(await codeOf(await browser().ask('POST', '/session/once', { body: { token: 'A'.repeat(43) } }))).toBe('410 link-invalid');
    expect((await browser().ask('POST', '/session/once', { body: { token } })).status).toBe(200);
  });
});

test('no token, password, cookie or link reaches a browser or the log', async () => {
  const { browser, shop, log } = await started();
  const one = browser();
  const answers = [await one.ask('POST', '/session', { body: STAFF }), await one.ask('GET', '/session'), await one.ask('GET', '/api/order/orders')];
  const secret = one.cookie?.split('=')[1] ?? '';
  shop.expireTokens();
  answers.push(await one.ask('GET', '/api/user/users'), await one.ask('DELETE', '/session'));
  const seen = await Promise.all(answers.map(async (answer) => JSON.stringify([...answer.headers]) + (await answer.text())));
  expect(shop.issued.length).toBeGreaterThan(2);
  for (const token of shop.issued) {
    expect(seen.join('')).not.toContain(token);
    expect(log()).not.toContain(token);
  }
  expect(log()).not.toContain(STAFF.password);
  expect(secret).toHaveLength(43);
  expect(log()).not.toContain(secret);
});
