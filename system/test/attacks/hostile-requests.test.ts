import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { SERVICES } from '@souk/contracts/services';
import { honestRequest, newCustomer } from '../../src/tools/attacks/attack-target.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type AttackedShop, onEveryAttackedShop } from './support/attacked-shop.ts';
import { hostileRequests, operationsOf } from './support/hostile-requests.ts';

setDefaultTimeout(240_000);
const REQUESTS = 1000;

onEveryAttackedShop('random hostile requests', (open) => {
  let shop: AttackedShop;
  // Without its limit on requests, so that each one is looked at.
  beforeAll(async () => {
    shop = await open({ RATE_LIMIT: 'off' });
  }, 400_000);
  afterAll(() => shop?.[Symbol.asyncDispose](), 60_000);

  test.each([...SERVICES])('%s takes a thousand: it lives, answers no 5xx but 503, and serves the next caller', async (service) => {
    const random = seededRandom(`hostile requests to ${service}`);
    const url = shop.urls[service];
    const tokens = [(await newCustomer(shop.client)).token, shop.staff];
    const tally = await hostileRequests({ url, operations: await operationsOf(url, service), tokens, random, count: REQUESTS });
    process.stdout.write(`${service}: ${JSON.stringify(tally)}\n`);
    const broken = Object.entries(tally).flatMap(([kind, statuses]) =>
      Object.keys(statuses).filter((status) => Number(status) >= 500 && status !== '503').map((status) => `${kind}: ${status}`),
    );
    expect({ fallen: shop.fallen(), broken }).toEqual({ fallen: [], broken: [] });
    const next = await honestRequest(shop, service)(AbortSignal.timeout(15_000));
    await next.arrayBuffer();
    expect(next.status).toBe(200);
  });
});
