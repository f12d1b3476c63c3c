import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { until } from '@souk/chassis/testing/until';
import type { Jwks, SessionTokens, SigningKeyRotation } from '@souk/contracts/http/session';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { forStaff } from './support/known-routes.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import { type OpenShop, PASSWORD } from './support/open-shop.ts';
import { answered, expectProblem, send } from './support/requests.ts';

/** A next key signs 30 s after it was made. */
const LIMIT_MS = 45_000;

function kidOf(token: string): string {
  const [header = ''] = token.split('.');
  return JSON.parse(Buffer.from(header, 'base64url').toString()).kid;
}

onEveryEngine('the key that signs access tokens', (openShop) => {
  let shop: OpenShop;

  async function published(): Promise<readonly string[]> {
    return (await answered<Jwks>(shop, ['GET', 'user', '/.well-known/jwks.json'])).keys.map(({ kid }) => kid);
  }

  async function statuses(token: string): Promise<readonly number[]> {
    const answers = await Promise.all(SERVICES.map((service) => send(shop, ['GET', service, forStaff(service)], token)));
    return answers.map(({ status }) => status);
  }

  async function refreshed(refreshToken: string): Promise<SessionTokens> {
    return answered(shop, ['POST', 'user', '/sessions/refresh', { refreshToken }]);
  }

  beforeAll(async () => {
    shop = await openShop({ ACCESS_TOKEN_LIFETIME_S: '900' });
  }, 120_000);
  afterAll(() => shop[Symbol.asyncDispose]());

  test('is replaced while everybody works: all services accept tokens of the new key at once, and still those of the old one', async () => {
    const everywhere = SERVICES.map(() => 200);
    expect(await statuses(shop.staff)).toEqual(everywhere);
    const [old = ''] = await published();
    expect(kidOf(shop.staff)).toBe(old);
    expectProblem(await send(shop, ['POST', 'user', '/signing-keys'], await shop.customer()), 403);

    const { kid } = await answered<SigningKeyRotation>(shop, ['POST', 'user', '/signing-keys'], shop.staff);
    expect(await published()).toEqual([old, kid]);
    expectProblem(await send(shop, ['POST', 'user', '/signing-keys'], shop.staff), 409);
    const customer = await shop.customer();
    expect(kidOf(customer)).toBe(old);

    const email = `${randomUUID()}@souk.example`;
    await shop.client.register(email, PASSWORD, 'Grace Hopper');
    let tokens: SessionTokens = await shop.client.signIn(email, PASSWORD);
    await until('tokens of the next key', async () => {
      // The key in use comes first. A session that is refreshed all the time has to wait.
      if ((await published())[0] !== kid) return false;
      tokens = await refreshed(tokens.refreshToken);
      return kidOf(tokens.accessToken) === kid;
    }, LIMIT_MS);

    // The other services have not seen the next key before.
    const own: readonly (readonly [ServiceName, string])[] = [['order', '/orders'], ['payment', '/payment-methods'], ['user', '/users/me']];
    for (const [service, path] of own) {
      expect([service, (await send(shop, ['GET', service, path], tokens.accessToken)).status]).toEqual([service, 200]);
      expect([service, (await send(shop, ['GET', service, path], customer)).status]).toEqual([service, 200]);
    }
    // Who is refused for a role is known.
    for (const service of ['product', 'inventory'] as const) {
      expectProblem(await send(shop, ['GET', service, forStaff(service)], tokens.accessToken), 403);
    }
    expect(await statuses(shop.staff)).toEqual(everywhere);
    expect(await published()).toEqual([kid, old]);
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
