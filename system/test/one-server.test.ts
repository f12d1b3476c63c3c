import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { newAccounts } from '../src/shop/embedded/accounts.ts';
import { embeddedShop } from '../src/shop/embedded/embedded-shop.ts';
import { seedShop } from '../src/shop/seed-shop.ts';
import { type ServiceUrls, shopClient } from '../src/shop/shop-client.ts';
import { playStory, STORIES } from '../src/shop/stories.ts';

const folder = temporaryFolder();
const { admin, customer } = newAccounts();
const shop = embeddedShop({ folder: folder.path, firstPort: 0, admin, logLevel: 'fatal', env: {} });

/** Everything behind one port: /order/orders is /orders of Order. */
const server = Bun.serve({
  port: 0,
  async fetch(request) {
    const { pathname, search, origin } = new URL(request.url);
    const name = SERVICES.find((service) => pathname.startsWith(`/${service}/`));
    if (name === undefined) return new Response(null, { status: 404 });
    return shop.fetch(name, new Request(`${origin}${pathname.slice(name.length + 1)}${search}`, request));
  },
});
const urls = Object.fromEntries(SERVICES.map((name) => [name, `${server.url.origin}/${name}`])) as ServiceUrls;
const client = shopClient(urls);

beforeAll(async () => {
  await shop.start();
  await seedShop(client, (await client.signIn(admin.email, admin.password)).accessToken);
  await client.register(customer.email, customer.password, 'Ada Lovelace');
}, 60_000);
afterAll(async () => {
  await server.stop(true);
  await shop.stop();
  folder.remove();
});

test.each([...STORIES])('five services behind one server: $title', async (story) => {
  const { accessToken } = await client.signIn(customer.email, customer.password);
  expect(await playStory(client, accessToken, story, () => undefined)).toMatchObject({ asTold: true });
}, 60_000);

test("Product's reads behind Node's own server answer as they do at its port", async () => {
  const node = createServer((incoming, outgoing) => void forward('product', incoming, outgoing)).listen(0, '127.0.0.1');
  try {
    await new Promise((listening) => node.once('listening', listening));
    const { port } = node.address() as AddressInfo;
    for (const path of ['/products?limit=3', '/products?q=tea', '/categories', '/products/01900000-0000-7000-8000-000000000000', '/readyz']) {
      // A problem names its request.
      const init = { headers: { 'x-request-id': Bun.randomUUIDv7() } };
      const [there, direct] = await Promise.all([fetch(`http://127.0.0.1:${port}${path}`, init), fetch(`${shop.urls().product}${path}`, init)]);
      expect([path, there.status, there.headers.get('content-type')]).toEqual([path, direct.status, direct.headers.get('content-type')]);
      expect(await there.text()).toBe(await direct.text());
    }
  } finally {
    node.close();
  }
});

/** A request without a body, as `node:http` has it, to a service and its answer back. */
async function forward(name: ServiceName, { method = 'GET', url, headers }: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const sent = Object.entries(headers).flatMap(([key, value]): [string, string][] => (typeof value === 'string' ? [[key, value]] : []));
  const answer = await shop.fetch(name, new Request(`http://${headers.host}${url}`, { method, headers: sent }));
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
}
