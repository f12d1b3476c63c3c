import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { claimsOf, forgeries, newKey, signed, signingKeyText } from './support/forged-tokens.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import type { OpenShop } from './support/open-shop.ts';
import { expectProblem, send } from './support/requests.ts';

/** A route of each service that needs somebody signed in. */
const PROTECTED: Readonly<Partial<Record<ServiceName, string>>> = { inventory: '/warehouses', order: '/orders', payment: '/payment-methods', user: '/users/me' };

const KEY = newKey();

onEveryEngine('a caller with a token', (openShop) => {
  let shop: OpenShop;

  beforeAll(async () => {
    shop = await openShop({ SOUK_SIGNING_KEY: signingKeyText(KEY) });
  }, 120_000);
  afterAll(() => shop[Symbol.asyncDispose]());

  describe.each([...SERVICES])('%s', (service) => {
    const enter = (token?: string) => send(shop, ['GET', service, PROTECTED[service] ?? '/ops/outbox'], token);

    test('lets nobody in without a token', async () => {
      const answer = await enter();
      expectProblem(answer, 401);
      expect(answer.headers.get('www-authenticate')).toStartWith('Bearer');
    });

    test('lets nobody in with a forged token', async () => {
      const claims = claimsOf(shop.staff);
      expect((await enter(signed(KEY, claims))).status).toBe(200);
      for (const [what, token] of Object.entries(forgeries(KEY, claims))) {
        const answer = await enter(token);
        expect([what, answer.status]).toEqual([what, 401]);
        expectProblem(answer, 401);
      }
    });
  });
});
