import { afterAll, beforeAll, expect, test } from 'bun:test';
import { claimsOf, forgeries, signed } from '../support/forged-tokens.ts';
import { type ContractShop, openContractShop } from './contract-shop.ts';
import { requestRoute } from './request-route.ts';

let shop: ContractShop;
beforeAll(async () => void (shop = await openContractShop()), 60_000);
afterAll(() => shop[Symbol.asyncDispose]());

async function refreshTokenOf(): Promise<string> {
  const { email, password } = shop.objects;
  const response = await fetch(`${shop.urls.user}/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  return ((await response.json()) as { refreshToken: string }).refreshToken;
}

test('no forged token opens any route that looks at tokens, and none of them changes anything', async () => {
  const claims = claimsOf(shop.tokens.admin ?? '');
  const forged = { ...forgeries(shop.key, claims), 'that is a refresh token': await refreshTokenOf() };
  expect(Object.keys(forged).length).toBeGreaterThanOrEqual(12);
  const routes = shop.routes.filter(({ takesToken }) => takesToken);
  expect(routes.length).toBeGreaterThan(50);
  const before = await shop.rows();
  const opened: string[] = [];
  for (const route of routes) {
    const answers = await Promise.all(
      Object.entries(forged).map(async ([what, token]) => ({ what, ...(await requestRoute(shop, route, { token })) })),
    );
    for (const { what, status, type } of answers)
      if (status !== 401 || type !== 'application/problem+json') opened.push(`${route.method} ${route.path}, a token ${what}: ${status} ${type}`);
  }
  expect(opened).toEqual([]);
  expect(await shop.rows()).toBe(before);
}, 120_000);

test('and a genuine token of the same form is accepted', async () => {
  const route = shop.routes.find(({ service, path }) => service === 'user' && path === '/users/me');
  if (route === undefined) throw new Error('there is no profile');
  const token = signed(shop.key, claimsOf(shop.tokens.admin ?? ''));
  expect((await requestRoute(shop, route, { token })).status).toBe(200);
});
