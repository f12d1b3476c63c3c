import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@souk/chassis/testing/until';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { TOPIC_NAMES } from '@souk/contracts/topics';
import { ask } from '../../src/shop/ask.ts';
import { newCustomer, SKU } from '../../src/tools/attacks/attack-target.ts';
import { serviceCommand } from '../../src/shop/real/service-process.ts';
import { message } from '../support/events.ts';
import { claimsOf, newKey, signed, signingKeyText } from '../support/forged-tokens.ts';
import { messagesOf } from '../support/messages-of.ts';
import { orderWhen } from '../support/ordering.ts';
import { type AttackedShop, onEveryAttackedShop } from './support/attacked-shop.ts';

setDefaultTimeout(60_000);
const KEY = newKey();
const TEN_YEARS_S = 315_360_000;
/** Something of each service that only staff may do; a body that is none is refused after the role. */
const STAFF_ONLY: Readonly<Partial<Record<ServiceName, string>>> = {
  product: '/products',
  inventory: '/warehouses',
  order: '/ops/catalogue/rebuild',
  payment: `/payments/${Bun.randomUUIDv7()}/refunds`,
  user: '/signing-keys',
};
const OWN: Readonly<Partial<Record<ServiceName, string>>> = { order: '/orders', payment: '/payment-methods', user: '/users/me' };

onEveryAttackedShop('doors that stay shut', (open, isReal) => {
  let shop: AttackedShop;
  beforeAll(async () => {
    shop = await open({ SOUK_SIGNING_KEY: signingKeyText(KEY) });
  }, 400_000);
  afterAll(() => shop?.[Symbol.asyncDispose](), 60_000);

  // Data on servers are no files of ours.
  if (!isReal) test('S10: other users of the machine cannot read the files of an embedded shop', () => {
    const folder = shop.folder ?? '';
    const all = ['', ...(readdirSync(folder, { recursive: true }) as string[])];
    const readable = all.filter((name) => (statSync(join(folder, name)).mode & 0o077) !== 0);
    expect(all.length).toBeGreaterThan(6);
    expect(readable).toEqual([]);
  });

  test('S11: no process uses the simulator by default, and every simulated payment says that it is not live', async () => {
    const { PAYMENT_GATEWAY: _none, ...env } = process.env;
    const settings = { ...env, DATABASE_URL: 'mysql://u:p@127.0.0.1:1/d', KAFKA_BROKERS: '127.0.0.1:1', USER_JWKS_URL: 'http://127.0.0.1:1/', SIMULATOR_PATH: '/nowhere/gateway.db' };
    const child = Bun.spawn([...serviceCommand('payment', 'source')], { env: settings, stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' });
    expect(await child.stderr.text()).toContain('PAYMENT_GATEWAY');
    expect(await child.exited).toBe(2);
    const { token, methodId } = await newCustomer(shop.client);
    const { id } = await shop.client.placeOrder(token, order(methodId), randomUUID());
    const payment = await until('its payment', async () => (await shop.client.payments(token, id)).items[0]);
    expect(payment).toMatchObject({ live: false });
    expect(await (await fetch(`${shop.urls.payment}/metrics`)).text()).toMatch(/^souk_payment_gateway_live\{?.*\}? 0$/m);
  });

  test('S12: after a lost role, a sign-out or a new password, old tokens have no access anywhere', async () => {
    const { client, urls, staff } = shop;
    const clerk = await newCustomer(client);
    const { id } = JSON.parse((await ask(`${urls.user}/users/me`, { token: clerk.token })).text) as { readonly id: string };
    const setRoles = (roles: readonly string[]) => ask(`${urls.user}/users/${id}/roles`, { method: 'PUT', token: staff, body: { roles } });
    expect((await setRoles(['customer', 'staff'])).status).toBe(200);
    const { accessToken } = await client.signIn(clerk.email, clerk.password);
    const tried = async (service: ServiceName) => (await ask(`${urls[service]}${STAFF_ONLY[service] ?? `/ops/dead-letters/${Bun.randomUUIDv7()}/discard`}`, { method: 'POST', token: accessToken, body: {} })).status;
    expect([await tried('product'), await tried('inventory')]).toEqual([422, 422]);
    expect((await setRoles(['customer'])).status).toBe(200);
    expect(await tried('user')).toBe(401);
    for (const service of SERVICES) await until(`${service} refuses`, async () => (await tried(service)) === 401, 5000);

    const buyer = await newCustomer(client);
    const left = await ask(`${urls.user}/sessions`, { method: 'DELETE', token: buyer.token });
    expect(left.status).toBe(204);
    for (const service of Object.keys(OWN) as ServiceName[]) {
      await until(`${service} refuses`, async () => (await ask(`${urls[service]}${OWN[service]}`, { token: buyer.token })).status === 401, 5000);
    }
    const again = await ask(`${urls.order}/orders`, { method: 'POST', token: buyer.token, body: order(buyer.methodId), headers: { 'idempotency-key': randomUUID() } });
    expect(again.status).toBe(401);
  });

  test('S14: no event in the log holds personal data', async () => {
    const { token, methodId, email } = await newCustomer(shop.client);
    const marks = { name: `Zoe${randomUUID()}`, line1: `Secret Street ${randomUUID()}` };
    const placed = await shop.client.placeOrder(token, { ...order(methodId), shippingAddress: { ...ADDRESS, ...marks } }, randomUUID());
    await orderWhen(shop.client, token, placed.id, ({ status }) => status === 'completed', 30_000);
    const messages = await until('its last event', async () => {
      const all = await messagesOf(shop.records, TOPIC_NAMES);
      return all.some(({ topic, key }) => topic === 'order.completed' && key === placed.id) ? all : undefined;
    });
    const told = messages.map(({ value, headers }) => `${value} ${JSON.stringify(headers)}`).join('\n');
    expect([marks.name, marks.line1, email].filter((text) => told.includes(text))).toEqual([]);
  });

  // The log of an embedded shop is a file that its one process has open.
  if (isReal) test('S15: an event that another service sent in the name of its maker has no effect', async () => {
    const { token } = await newCustomer(shop.client);
    const { id: slow } = await shop.client.addPaymentMethod(token, 'tok_late_capture');
    const placed = await shop.client.placeOrder(token, order(slow), randomUUID());
    await orderWhen(shop.client, token, placed.id, ({ status }) => status === 'awaiting_payment', 30_000);
    const paid = message('payment.completed', placed.id, { orderId: placed.id, paymentId: Bun.randomUUIDv7(), amount: placed.total, capturedAt: new Date().toISOString() });
    await shop.append?.([{ ...paid, headers: { ...paid.headers, ce_source: '/souk/product' } }]);
    const letter = await until('its dead letter', async () => (await shop.client.deadLetters('order', shop.staff)).items.find(({ key }) => key === placed.id));
    expect(letter).toMatchObject({ topic: 'payment.completed' });
    expect(await shop.client.order(token, placed.id)).toMatchObject({ status: 'awaiting_payment' });
  });

  test('S16: a token that lives ten years is refused, although our own key signed it', async () => {
    const claims = claimsOf(shop.staff);
    const nowS = Math.floor(Date.now() / 1000);
    const endless = signed(KEY, { ...claims, iat: nowS, exp: nowS + TEN_YEARS_S });
    const short = signed(KEY, { ...claims, iat: nowS, exp: nowS + 60 });
    for (const [service, path] of Object.entries({ ...OWN, product: '/ops/outbox', inventory: '/warehouses' }) as [ServiceName, string][]) {
      const statuses = await Promise.all([short, endless].map(async (token) => (await ask(`${shop.urls[service]}${path}`, { token })).status));
      expect([service, ...statuses]).toEqual([service, 200, 401]);
    }
  });
});

const ADDRESS = { name: 'Grace Hopper', line1: 'Am Sandtorkai 1', city: 'Hamburg', postalCode: '20457', country: 'DE' };

function order(paymentMethodId: string) {
  return { items: [{ sku: SKU, quantity: 1 }], shippingAddress: ADDRESS, paymentMethodId };
}
