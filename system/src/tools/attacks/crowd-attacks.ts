import { randomUUID } from 'node:crypto';
import { SERVICES } from '@souk/contracts/services';
import type { Account } from '../../shop/embedded/accounts.ts';
import { ask } from '../../shop/ask.ts';
import type { Attack } from './attack.ts';
import { newCustomer, SKU, type Target } from './attack-target.ts';
import { rawConnection, rawRequest } from './raw-connection.ts';

const CROWD = 80;
const CROWD_MS = 3000;
const STREAMS = 250;
const GREEDY = 4;
const KEY_REQUESTS = 3000;
const GUESSES = 30;
const ADDRESS = { name: 'Eve', line1: 'Loop 1', city: 'Hamburg', postalCode: '20457', country: 'DE' };

/** Sends eighty requests at once from one address, each repeated as soon as it is answered, for three seconds. */
async function crowd(url: string, text: () => string): Promise<void> {
  const until = performance.now() + CROWD_MS;
  await Promise.all(
    Array.from({ length: CROWD }, async () => {
      while (performance.now() < until) {
        const connection = await rawConnection(url);
        connection.send(text());
        await connection.status(CROWD_MS);
        connection.destroy();
      }
    }),
  );
}

/** Floods registrations, each of which costs a password hash; sign-ins from elsewhere must not wait for them. */
async function registrations({ urls, customer }: Target): Promise<readonly string[]> {
  const text = () =>
    rawRequest({ method: 'POST', path: '/users', body: JSON.stringify({ email: `${randomUUID()}@eve.example`, password: 'lantern-orchard-48', name: 'Eve' }) });
  const over = crowd(urls.user, text);
  const statuses: number[] = [];
  for (const until = performance.now() + CROWD_MS; performance.now() < until; await Bun.sleep(150)) {
    const { status } = await ask(`${urls.user}/sessions`, { body: { email: customer.email, password: customer.password } });
    statuses.push(status);
  }
  await over;
  const refused = statuses.filter((status) => status !== 200);
  return refused.length === 0 ? [] : [`while one address registered, ${refused.length} of ${statuses.length} sign-ins from another were answered ${refused[0]}`];
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

/** Requests the keys again and again while they are rotated: valid tokens must stay valid. */
async function keysDuringRotation({ urls, staff, customer }: Target): Promise<readonly string[]> {
  const paths = { product: '/products?limit=1', inventory: '/stock?limit=1', order: '/orders?limit=1', payment: '/payment-methods', user: '/users/me' };
  // A user whose token was seen before is counted separately from the flooded address.
  await ask(`${urls.user}/users/me`, { token: staff });
  const flood = Promise.all(
    Array.from({ length: 10 }, async () => {
      // The address of the services: behind one proxy, or on one machine, they share it with other callers.
      const connection = await rawConnection(urls.user, { from: '127.0.0.1' });
      connection.send(rawRequest({ method: 'GET', path: '/.well-known/jwks.json' }).repeat(KEY_REQUESTS / 10));
      await Bun.sleep(CROWD_MS);
      connection.destroy();
    }),
  );
  const rotated = await ask(`${urls.user}/signing-keys`, { method: 'POST', token: staff });
  if (rotated.status >= 300) return [`the signing key was not rotated: ${rotated.status} ${rotated.text}`];
  const accessToken = await signedInFrom('127.0.0.77', urls.user, customer);
  const wrong: string[] = [];
  for (const service of SERVICES) {
    const { status } = await ask(`${urls[service]}${paths[service]}`, { token: accessToken });
    if (status === 401) wrong.push(`${service} did not know the token of a new key: 401`);
  }
  await flood;
  return wrong;
}

async function signedInFrom(address: string, url: string, { email, password }: Account): Promise<string> {
  const connection = await rawConnection(url, { from: address });
  try {
    connection.send(rawRequest({ method: 'POST', path: '/sessions', body: JSON.stringify({ email, password }) }));
    const status = await connection.status(CROWD_MS);
    const [, token] = /"accessToken":"([^"]+)"/.exec(connection.received()) ?? [];
    if (token === undefined) throw new Error(`no sign-in from ${address}: ${status}`);
    return token;
  } finally {
    connection.destroy();
  }
}

/** A stranger guesses the password of a known e-mail address; its owner can still sign in on a known device. */
async function guesses({ urls, client }: Target): Promise<readonly string[]> {
  const owner = await newCustomer(client);
  const { deviceToken } = await client.signIn(owner.email, owner.password);
  for (let n = 0; n < GUESSES; n += 1) {
    const connection = await rawConnection(urls.user);
    connection.send(rawRequest({ method: 'POST', path: '/sessions', body: JSON.stringify({ email: owner.email, password: `wrong-guess-number-${n}` }) }));
    await connection.status(CROWD_MS);
    connection.destroy();
  }
  const { status, text } = await ask(`${urls.user}/sessions`, { body: { email: owner.email, password: owner.password, deviceToken } });
  return status === 200 ? [] : [`after ${GUESSES} wrong guesses of a stranger the owner's known device was answered ${status} ${text}`];
}

export const CROWD_ATTACKS: readonly Attack[] = [
  { row: 'S5', title: 'registrations one after the other from one address', service: 'user', run: registrations },
  { row: 'S6', title: 'a few customers who open a thousand streams', service: 'order', run: streams },
  { row: 'S7', title: 'the keys asked for without end while they are changed', service: 'user', run: keysDuringRotation },
  { row: 'S13', title: 'a stranger who guesses a password', service: 'user', run: guesses },
];
