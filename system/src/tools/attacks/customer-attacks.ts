import { randomUUID } from 'node:crypto';
import { ask } from '../../shop/ask.ts';
import { type Attack, newCustomer, SKU, type Target } from './attack-target.ts';
import { type RawConnection, rawConnection, rawRequest } from './raw-connection.ts';

/** Attacks with the rights of a customer. */
export const CUSTOMER_ATTACKS: readonly Attack[] = [
  { row: 'S3', title: 'whole lists of large orders that nobody reads', service: 'order', run: unreadPages },
  { row: 'S6', title: 'a few customers who open a thousand streams', service: 'order', run: streams },
  { row: 'S8', title: 'addresses added and removed again and again', service: 'user', run: addressesAddedAndRemoved },
  { row: 'S9', title: 'one customer who orders all there is', service: 'inventory', run: everythingOnHold },
];

const ADDRESS = { name: 'Eve', line1: 'Loop 1', city: 'Hamburg', postalCode: '20457', country: 'DE' };
const LINES = 100;
const LARGE_ORDERS = 15;
const PAGES = 60;
const HOLD_MS = 3000;
const STREAMS = 250;
const GREEDY = 4;
const ADDRESS_ROUNDS = 150;
const GREEDY_ORDERS = 40;

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

/** A few customers open all available streams, each for an order of their own. */
async function streams({ urls, client, customer }: Target): Promise<readonly string[]> {
  /** The card of this order does not answer for a long time, so its stream stays open. */
  const placed = async (token: string) => {
    const { id: paymentMethodId } = await client.addPaymentMethod(token, 'tok_late_capture');
    return (await client.placeOrder(token, { items: [{ sku: SKU, quantity: 1 }], shippingAddress: ADDRESS, paymentMethodId }, randomUUID())).id;
  };
  const connections = [];
  try {
    for (let n = 0; n < GREEDY; n += 1) {
      const { token } = await newCustomer(client);
      const id = await placed(token);
      for (let stream = 0; stream < STREAMS; stream += 1) {
        const connection = await rawConnection(urls.order);
        connection.send(rawRequest({ method: 'GET', path: `/orders/${id}/stream`, headers: { authorization: `Bearer ${token}` } }));
        connections.push(connection);
      }
    }
    const id = await placed(customer.token);
    const answer = await fetch(`${urls.order}/orders/${id}/stream`, { headers: { authorization: `Bearer ${customer.token}` } });
    await answer.body?.cancel();
    return answer.status === 200 ? [] : [`beside ${GREEDY * STREAMS} streams of ${GREEDY} others an honest one was answered ${answer.status}`];
  } finally {
    for (const connection of connections) connection.destroy();
  }
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

/** One customer orders all stock with a card that does not answer, as often as the shop accepts it. */
async function everythingOnHold({ urls, client }: Target): Promise<readonly string[]> {
  const { token } = await newCustomer(client);
  const { id } = await client.addPaymentMethod(token, 'tok_late_capture');
  for (let n = 0; n < GREEDY_ORDERS; n += 1) {
    const body = { items: [{ sku: SKU, quantity: 999 }], shippingAddress: ADDRESS, paymentMethodId: id };
    const { status } = await ask(`${urls.order}/orders`, { method: 'POST', token, body, headers: { 'idempotency-key': randomUUID() } });
    if (status === 409 || status === 429) return [];
    if (status !== 202) return [`an order beyond the limits of one customer was answered ${status}`];
  }
  return [`${GREEDY_ORDERS} orders of one customer for 999 pieces each were accepted`];
}
