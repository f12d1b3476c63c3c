import { randomUUID } from 'node:crypto';
import { until } from '@souk/chassis/testing/until';
import { RefusedError } from '../../src/shop/shop-client.ts';
import { PASSWORD } from '../support/open-shop.ts';
import { ADDRESS, orderOf, orderWhen } from '../support/ordering.ts';
import type { Asker, RouteName, RuledShop } from './ruled-shop.ts';

export interface GrowingList {
  /** One more row; answers by what `remove` knows it. */
  add(shop: RuledShop): Promise<string>;
  /** Where rows can go. */
  remove?(shop: RuledShop, id: string): Promise<void>;
}

/** How rows come into a list, and how they leave it. Dead letters do not come by asking: dead-letter-pages.test.ts. */
export const growingLists: Readonly<Record<RouteName, GrowingList>> = {
  'product GET /products': { add: newProduct, remove: async ({ client, tokens }, id) => void (await client.archive(tokens.staff ?? '', id)) },
  'product GET /products/{id}/price-history': { add: newPrice },
  'inventory GET /stock': { add: newLevel },
  'inventory GET /movements': {
    add: (shop) => made(shop, 'inventory POST /stock/{sku}/receipts', 'staff', { warehouseId: shop.objects.warehouse, quantity: 1 }),
  },
  'inventory GET /warehouses': { add: (shop) => made(shop, 'inventory POST /warehouses', 'staff', { name: 'Shed', priority: 9 }) },
  'order GET /orders': { add: newOrder },
  'payment GET /payment-methods': {
    add: (shop) => made(shop, 'payment POST /payment-methods', 'customer', { token: 'tok_ok' }),
    remove: (shop, id) => gone(shop, `${shop.urls.payment}/payment-methods/${id}`),
  },
  'payment GET /payments': { add: newPayment },
  'payment GET /payments/{id}/refunds': { add: newRefund },
  'payment GET /refunds': { add: newRefund },
  'user GET /users': { add: newUser, remove: deleteUser },
  'user GET /users/me/addresses': {
    add: (shop) => made(shop, 'user POST /users/me/addresses', 'customer', ADDRESS),
    remove: (shop, id) => gone(shop, `${shop.urls.user}/users/me/addresses/${id}`),
  },
  'user GET /sessions': { add: newSession, remove: (shop, id) => gone(shop, `${shop.urls.user}/sessions/${id}`) },
};

async function made(shop: RuledShop, route: RouteName, as: Asker, body: object): Promise<string> {
  const { status, text } = await shop.ask(route, { as, body, headers: { 'idempotency-key': randomUUID() } });
  if (status >= 300) throw new Error(`${route}: ${status} ${text}`);
  return (JSON.parse(text) as { id: string }).id;
}

async function gone(shop: RuledShop, url: string, token = shop.tokens.customer, body?: object): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) };
  const response = await fetch(url, { method: 'DELETE', headers, ...(body && { body: JSON.stringify(body) }) });
  if (response.status !== 204) throw new Error(`DELETE ${url}: ${response.status} ${await response.text()}`);
}

async function newProduct({ client, tokens: { staff = '' } }: RuledShop): Promise<string> {
  const price = { amount: 100 + Math.floor(Math.random() * 10_000), currency: 'EUR' };
  const title = `${randomUUID()} lamp`;
  return (await client.activate(staff, await client.createProduct(staff, { title, variants: [{ sku: randomUUID(), price }] }))).id;
}

async function newPrice({ client, tokens: { staff = '' }, objects: { product, sku } }: RuledShop): Promise<string> {
  const before = await client.product(staff, product);
  const amount = (before.variants.find((variant) => variant.sku === sku)?.price.amount ?? 0) + 1;
  return (await client.changePrice(staff, before, sku, { amount, currency: 'EUR' })).id;
}

async function newLevel({ client, tokens: { staff = '' }, objects: { warehouse } }: RuledShop): Promise<string> {
  const sku = randomUUID();
  const draft = await client.createProduct(staff, { title: 'Bulb', variants: [{ sku, price: { amount: 100, currency: 'EUR' } }] });
  await client.activate(staff, draft);
  await client.receive(staff, sku, warehouse, 10, randomUUID());
  // Inventory shows it to everybody once it has heard that it is on sale.
  await until(`${sku} on sale`, () => client.stock(sku).catch(refusedAs('not-found')));
  return sku;
}

/** Nothing instead of that refusal, for what becomes so a moment later. */
function refusedAs(code: string): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof RefusedError) || !error.problem.type.endsWith(`:${code}`)) throw error;
  };
}

async function newOrder({ client, tokens: { customer = '' }, objects: { paymentMethod, sku } }: RuledShop): Promise<string> {
  return (await client.placeOrder(customer, orderOf(paymentMethod, [sku, 1]), randomUUID())).id;
}

function newRefund(shop: RuledShop): Promise<string> {
  return made(shop, 'payment POST /payments/{id}/refunds', 'staff', { amount: { amount: 1, currency: 'EUR' }, reason: 'a scratch' });
}

/** It is there when its order has been paid. */
async function newPayment(shop: RuledShop): Promise<string> {
  const id = await newOrder(shop);
  await orderWhen(shop.client, shop.tokens.customer ?? '', id, ({ status }) => status === 'completed');
  return id;
}

async function newUser({ client }: RuledShop): Promise<string> {
  const email = `${randomUUID()}@souk.example`;
  await client.register(email, PASSWORD, 'Alan Turing');
  return email;
}

async function deleteUser(shop: RuledShop, email: string): Promise<void> {
  const { accessToken } = await shop.client.signIn(email, PASSWORD);
  await gone(shop, `${shop.urls.user}/users/me`, accessToken, { password: PASSWORD });
}

async function newSession(shop: RuledShop): Promise<string> {
  const { email, password } = shop.objects;
  const { accessToken } = await shop.client.signIn(email, password);
  const [, claims = ''] = accessToken.split('.');
  return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sid: string }).sid;
}
