import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { SERVICES } from '@souk/contracts/services';
import { ask } from '../../src/shop/ask.ts';
import { type ContractShop, openContractShop } from './contract-shop.ts';
import { bodyOf } from './sample-requests.ts';

const ID = '01980000-0000-7000-8000-000000000000';

let shop: ContractShop;
beforeAll(async () => void (shop = await openContractShop()), 60_000);
afterAll(() => shop[Symbol.asyncDispose]());

describe('a misspelt parameter under /ops', () => {
  test.each([...SERVICES])('is refused by every route of %s, and named; elsewhere it is ignored', async (service) => {
    const routes = shop.routes.filter((route) => route.service === service && route.path.startsWith('/ops/'));
    expect(routes.length).toBeGreaterThanOrEqual(5);
    for (const route of routes) {
      const { method, path } = route;
      const url = `${shop.urls[service]}${path.replace('{id}', ID)}?statsu=dead&limit=1`;
      const sample = bodyOf(route, shop.objects);
      const body = sample === undefined ? {} : { body: sample };
      const { status, text } = await ask(url, { method, token: shop.tokens.staff, ...body });
      const { type, errors } = JSON.parse(text) as { type: string; errors: { pointer: string; detail: string }[] };
      expect({ path, status, type, first: errors[0]?.pointer }).toEqual({ path, status: 422, type: 'urn:souk:problem:validation', first: '?statsu' });
      expect((await ask(url, { method, ...body })).status).toBe(401);
      expect((await ask(url, { method, token: shop.tokens.customer, ...body })).status).toBe(403);
    }
    expect((await ask(`${shop.urls[service]}/openapi.json?statsu=dead`)).status).toBe(200);
  });

  test('is answered with the parameters that exist', async () => {
    const { text } = await ask(`${shop.urls.user}/ops/dead-letters?state=dead`, { token: shop.tokens.staff });
    expect(JSON.parse(text)).toMatchObject({
      errors: [{ pointer: '?state', detail: 'is not known here: this route takes limit, cursor, status, kind, topic, key, cause' }],
    });
    const wrong = await ask(`${shop.urls.user}/ops/dead-letters?status=deed`, { token: shop.tokens.staff });
    expect([wrong.status, JSON.parse(wrong.text).errors[0].pointer]).toEqual([422, '?status']);
  });
});

test('filters of dead letters fit into a request at their longest, and one character more is refused by name', async () => {
  const longest = { topic: 255, key: 255, cause: 200 };
  const asking = (lengths: Readonly<Record<string, number>>) => {
    const filters = Object.entries(lengths).map(([name, length]) => `${name}=${encodeURIComponent('🏻'.repeat(length))}`);
    return ask(`${shop.urls.product}/ops/dead-letters?${filters.join('&')}`, { token: shop.tokens.staff });
  };
  expect((await asking(longest)).status).toBe(200);
  for (const [name, length] of Object.entries(longest)) {
    const { status, text } = await asking({ ...longest, [name]: length + 1 });
    expect([status, JSON.parse(text).errors[0].pointer]).toEqual([422, `?${name}`]);
  }
});

test.each(['a/b', '../..', '%', 'a?b#c', '"\'; --', '\0', '\n', 'Ключ 🗝️', '{key}', 'a;b=c', 'k'.repeat(10_000)])('a parked key with any characters is looked for: %j', async (key) => {
  const { status, text } = await ask(`${shop.urls.user}/ops/parked/${encodeURIComponent(key)}/retry`, { method: 'POST', token: shop.tokens.staff });
  expect([status, JSON.parse(text).detail]).toEqual([404, expect.stringContaining('No message waits under this key')]);
});
