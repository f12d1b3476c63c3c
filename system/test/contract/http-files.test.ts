import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { TOPIC_NAMES, TOPICS } from '@souk/contracts/topics';
import { newAccounts } from '../../src/shop/embedded/accounts.ts';
import { embeddedShop } from '../../src/shop/embedded/embedded-shop.ts';
import { seedShop } from '../../src/shop/seed-shop.ts';
import { shopClient } from '../../src/shop/shop-client.ts';
import { playStory, STORIES } from '../../src/shop/stories.ts';
import { type TakenStep, playHttpFile } from './http-story.ts';
import { type LiveRoute, liveRoutes } from './live-routes.ts';

const ROOT = join(import.meta.dir, '../../..');

/** A file of requests has no clock to make a code by. */
const TAKES_A_CODE = [
  'user POST /users/me/second-factor/confirmation',
  'user POST /users/me/second-factor/recovery-codes',
  'user DELETE /users/me/second-factor',
  'user POST /sessions/second-factor',
  'user DELETE /users/{id}/second-factor',
];

/** What is asked about a dead letter or a parked key, of which a shop in good health has none. */
const OF_WHAT_FAILED = ['dead-letters/{id}/try', 'dead-letters/{id}/redrive', 'dead-letters/{id}/discard', 'parked/{key}/retry'];

/** A service without events of its own has none to send again. */
const SEND_NOTHING = SERVICES.filter((name) => TOPIC_NAMES.every((topic) => TOPICS[topic].madeBy !== name || topic.endsWith('.dead_letter'))).map((name) => `${name} POST /ops/history/send`);

/** User reads no topic, and its requests would find nobody if it stopped. */
const NOT_BROKEN = ['user POST /ops/faults', 'user DELETE /ops/faults/{id}'];

/** These refuse every caller who has no dead letter, parked key, gateway's secret, link from a mail or authenticator. */
const ONLY_REFUSED = [...TAKES_A_CODE, ...SEND_NOTHING, ...NOT_BROKEN, ...SERVICES.flatMap((name) => OF_WHAT_FAILED.map((path) => `${name} POST /ops/${path}`)), 'payment POST /webhooks/{gateway}', 'user POST /password-resets/confirmation', 'user POST /email-confirmations'];

describe('the requests of each service (requests.http), on the shop that npm start fills', () => {
  const folder = temporaryFolder();
  const accounts = newAccounts();
  const shop = embeddedShop({ folder: folder.path, firstPort: 0, admin: accounts.admin, logLevel: 'fatal', env: {} });
  const steps: TakenStep[] = [];
  let routes: readonly LiveRoute[];

  beforeAll(async () => {
    await shop.start();
    const client = shopClient(shop.urls());
    const { accessToken } = await client.signIn(accounts.admin.email, accounts.admin.password);
    await seedShop(client, accessToken);
    await client.register(accounts.customer.email, accounts.customer.password, 'Ada Lovelace');
    const customer = (await client.signIn(accounts.customer.email, accounts.customer.password)).accessToken;
    for (const story of STORIES) await playStory(client, customer, story, () => undefined);
    routes = await liveRoutes(shop.urls());
  }, 60_000);
  afterAll(async () => {
    await shop.stop();
    folder.remove();
  });

  async function play(service: ServiceName): Promise<readonly string[]> {
    const wrong: string[] = [];
    for await (const step of playHttpFile(join(ROOT, service, 'requests.http'), shop.urls(), { SOUK_ADMIN_PASSWORD: accounts.admin.password })) {
      steps.push(step);
      const { request, url, status, text } = step;
      if (!request.statuses.includes(status)) wrong.push(`${request.at} ${request.method} ${url}: ${status} ${text.slice(0, 500)}`);
    }
    return wrong;
  }

  test.each(SERVICES.map((service) => [service] as const))('those of %s answer what stands above each of its requests', async (service) => {
    expect(await play(service)).toEqual([]);
  }, 60_000);

  test.each(SERVICES.map((service) => [service] as const))('those of %s do so a second time, on the shop that the first one left', async (service) => {
    expect(await play(service)).toEqual([]);
  }, 60_000);

  test('every route has a request that is carried out', () => {
    const served = (route: LiveRoute) => steps.some((step) => step.status < 400 && isOf(step, route));
    const name = ({ service, method, path }: LiveRoute) => `${service} ${method} ${path}`;
    expect(routes.filter((route) => !served(route)).map(name).toSorted()).toEqual(ONLY_REFUSED.toSorted());
    const asked = (route: LiveRoute) => steps.some((step) => isOf(step, route));
    expect(routes.filter((route) => !asked(route)).map(name)).toEqual([]);
  });

  function isOf({ request, url }: TakenStep, { service, method, path }: LiveRoute): boolean {
    const { origin, pathname } = new URL(url);
    const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
    return request.method === method && origin === shop.urls()[service] && pattern.test(pathname);
  }
});
