import { randomUUID } from 'node:crypto';
import { ask } from '../../shop/ask.ts';
import type { Attack } from './attack.ts';
import { newCustomer, SKU, type Target } from './attack-target.ts';
import { type RawConnection, rawConnection, rawRequest } from './raw-connection.ts';

const ADDRESS = { name: 'Eve', line1: 'Loop 1', city: 'Hamburg', postalCode: '20457', country: 'DE' };
const LINES = 100;
const LARGE_ORDERS = 15;
const PAGES = 60;
const HOLD_MS = 3000;
const ADDRESS_ROUNDS = 150;
const PRODUCTS = 800;
const SEARCHES = 600;
const GREEDY_ORDERS = 40;
const AT_ONCE = 20;

/** Runs `work` `count` times, some of them concurrently. */
async function many(count: number, work: (n: number) => Promise<void>): Promise<void> {
  const numbers = Array.from({ length: count }, (_, n) => n).values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const n of numbers) await work(n);
    }),
  );
}

/** A customer with large orders requests the whole list again and again, and reads none of it. */
async function unreadPages({ urls, client, staff }: Target): Promise<readonly string[]> {
  const option = 'x'.repeat(100);
  const sku = (at: number) => `LARGE-${at}`;
  const variants = Array.from({ length: LINES }, (_, at) => ({ sku: sku(at), options: { size: option, colour: option }, price: { amount: 1, currency: 'EUR' } }));
  await client.activate(staff, await client.createProduct(staff, { title: 'y'.repeat(200), variants }));
  const { token, methodId } = await newCustomer(client);
  const items = Array.from({ length: LINES }, (_, at) => ({ sku: sku(at), quantity: 1 }));
  // None is in stock: each order ends as rejected, and stays in the list.
  for (let n = 0; n < LARGE_ORDERS; n += 1) await client.placeOrder(token, { items, shippingAddress: ADDRESS, paymentMethodId: methodId }, randomUUID());
  const text = rawRequest({ method: 'GET', path: '/orders?limit=100', headers: { authorization: `Bearer ${token}` } });
  const connections: RawConnection[] = [];
  for (let n = 0; n < PAGES; n += 1) {
    const connection = await rawConnection(urls.order, { reads: false });
    connection.send(text);
    connections.push(connection);
  }
  await Bun.sleep(HOLD_MS);
  for (const connection of connections) connection.destroy();
  const page = await ask(`${urls.order}/orders?limit=100`, { token });
  const bytes = Buffer.byteLength(page.text);
  return page.status === 200 && bytes < 600_000 ? [] : [`a page of orders: ${page.status}, ${bytes} bytes`];
}

/** Adds and removes addresses, each under an idempotency key of its own, then deletes the account. */
async function addressesAddedAndRemoved({ urls, client }: Target): Promise<readonly string[]> {
  const { token, password } = await newCustomer(client);
  const seen = new Set<number>();
  for (let n = 0; n < ADDRESS_ROUNDS; n += 1) {
    const added = await ask(`${urls.user}/users/me/addresses`, { method: 'POST', token, body: ADDRESS, headers: { 'idempotency-key': randomUUID() } });
    seen.add(added.status);
    if (added.status !== 201) break;
    const { id } = JSON.parse(added.text) as { readonly id: string };
    await ask(`${urls.user}/users/me/addresses/${id}`, { method: 'DELETE', token });
  }
  const gone = await ask(`${urls.user}/users/me`, { method: 'DELETE', token, body: { password } });
  const unexpected = [...seen].filter((status) => status !== 201 && status !== 429 && status !== 409);
  return [
    ...unexpected.map((status) => `an address was answered ${status}`),
    ...(gone.status === 204 ? [] : [`the account was not deleted: ${gone.status} ${gone.text}`]),
  ];
}

/** Searches for a word that all products have, as often as one address may. */
async function commonWord({ urls, client, staff }: Target): Promise<readonly string[]> {
  const run = randomUUID().slice(0, 8);
  await many(PRODUCTS, async (n) => {
    const draft = await client.createProduct(staff, { title: `Common lamp ${n}`, variants: [{ sku: `COMMON-${run}-${n}`, price: { amount: n + 1, currency: 'EUR' } }] });
    await client.activate(staff, draft);
  });
  const connections = await Promise.all(Array.from({ length: AT_ONCE }, () => rawConnection(urls.product)));
  const paths = ['/products?q=common&limit=100', '/products?q=common+lamp&sort=newest', '/products?sort=price&minPrice=1', '/products?q=common&minPrice=790&sort=-price'];
  for (const connection of connections) {
    for (let n = 0; n < SEARCHES / AT_ONCE; n += 1) connection.send(rawRequest({ method: 'GET', path: paths[n % paths.length] ?? '' }));
  }
  await Bun.sleep(HOLD_MS);
  for (const connection of connections) connection.destroy();
  return [];
}

/** One customer orders all stock with a card that does not answer, as often as the shop accepts it. */
async function everythingOnHold({ urls, client }: Target): Promise<readonly string[]> {
  const { token } = await newCustomer(client);
  const { id } = await client.addPaymentMethod(token, 'tok_late_capture');
  for (let n = 0; n < GREEDY_ORDERS; n += 1) {
    const body = { items: [{ sku: SKU, quantity: 999 }], shippingAddress: ADDRESS, paymentMethodId: id };
    const { status } = await ask(`${urls.order}/orders`, { method: 'POST', token, body, headers: { 'idempotency-key': randomUUID() } });
    if (status === 409 || status === 429) return [];
    if (status !== 202) return [`an order of one customer too many was answered ${status}`];
  }
  return [`one customer had ${GREEDY_ORDERS} orders of 999 taken`];
}

export const GROWTH_ATTACKS: readonly Attack[] = [
  { row: 'S3', title: 'whole lists of large orders that nobody reads', service: 'order', run: unreadPages },
  { row: 'S8', title: 'addresses added and removed again and again', service: 'user', run: addressesAddedAndRemoved },
  { row: 'S9', title: 'one customer who orders all there is', service: 'inventory', run: everythingOnHold },
  { row: 'S17', title: 'a word that all products have', service: 'product', run: commonWord },
];
