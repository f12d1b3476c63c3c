import { afterAll, beforeAll, expect, test } from 'bun:test';
import { badBodies } from './bad-bodies.ts';
import { type ContractShop, openContractShop } from './contract-shop.ts';
import { requestRoute } from './request-route.ts';
import { bodyOf } from './sample-requests.ts';

let shop: ContractShop;
beforeAll(async () => void (shop = await openContractShop()), 60_000);
afterAll(() => shop[Symbol.asyncDispose]());

test('every route that takes JSON has a valid body in sample-requests.ts', () => {
  const missing = shop.routes.filter((route) => route.body !== undefined && bodyOf(route, shop.objects) === undefined);
  expect(missing.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

test('what nobody may send is refused by every route, and changes nothing', async () => {
  const before = await shop.rows();
  const taken: string[] = [];
  let sent = 0;
  for (const route of shop.routes) {
    const right = bodyOf(route, shop.objects);
    if (right === undefined || route.body === undefined) continue;
    for (const { what, text } of badBodies(right, route.body)) {
      const { status, type } = await requestRoute(shop, route, { token: shop.tokens.admin, text, headers: { 'if-match': '*' } });
      sent += 1;
      if (status < 400 || status >= 500 || type !== 'application/problem+json') taken.push(`${route.method} ${route.path} ${what}: ${status} ${type}`);
    }
  }
  expect(sent).toBeGreaterThan(500);
  expect(taken).toEqual([]);
  expect(await shop.rows()).toBe(before);
}, 120_000);

test('text in another encoding is refused by every route, and changes nothing', async () => {
  const before = await shop.rows();
  const wrong: string[] = [];
  for (const route of shop.routes) {
    const right = bodyOf(route, shop.objects);
    if (right === undefined) continue;
    const latin1 = new Uint8Array(Buffer.from(JSON.stringify({ ...right, note: 'M\u00fcller' }), 'latin1'));
    const json = JSON.stringify(right);
    const ways = [
      { what: 'Latin-1', text: latin1, headers: {}, expected: 400 },
      { what: 'a charset', text: json, headers: { 'content-type': 'application/json; charset=iso-8859-1' }, expected: 415 },
      { what: 'gzip', text: Bun.gzipSync(json), headers: { 'content-encoding': 'gzip' }, expected: 415 },
    ];
    for (const { what, text, headers, expected } of ways) {
      const { status } = await requestRoute(shop, route, { token: shop.tokens.admin, text, headers: { 'if-match': '*', ...headers } });
      if (status !== expected) wrong.push(`${route.method} ${route.path} ${what}: ${status}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(await shop.rows()).toBe(before);
}, 60_000);

test('an emoji is accepted like any other text, or refused, and breaks nothing', async () => {
  const broken: string[] = [];
  for (const route of shop.routes) {
    const right = bodyOf(route, shop.objects);
    if (right === undefined) continue;
    for (const [name, value] of Object.entries(right)) {
      if (typeof value !== 'string') continue;
      const text = JSON.stringify({ ...right, [name]: '👩‍👩‍👧‍👦 Zoë' });
      const { status } = await requestRoute(shop, route, { token: shop.tokens.admin, text });
      if (status >= 500) broken.push(`${route.method} ${route.path} ${name}: ${status}`);
    }
  }
  expect(broken).toEqual([]);
}, 60_000);
