import { randomUUID } from 'node:crypto';
import type { ServiceName } from '@souk/contracts/services';
import { ask } from '../../shop/ask.ts';
import type { Account } from '../../shop/embedded/accounts.ts';
import { type Attack, newCustomer, type Target } from './attack-target.ts';
import { CUSTOMER_ATTACKS } from './customer-attacks.ts';
import { type RawConnection, rawConnection, rawRequest } from './raw-connection.ts';

/** Attacks by callers without rights. */
const STRANGER_ATTACKS: readonly Attack[] = [
  { row: 'S1', title: 'bodies nested thousands of times', service: 'user', run: deepBodies },
  { row: 'S2', title: 'pictures of 5 MB that nobody reads', service: 'product', run: unreadPictures },
  { row: 'S2', title: 'a connection that asks thousands of times and never reads', service: 'product', run: pipelined },
  { row: 'S4', title: 'bodies that are begun and never finished', service: 'payment', run: unfinishedBodies },
  { row: 'S5', title: 'a flood of registrations from one address', service: 'user', run: registrations },
  { row: 'S7', title: 'thousands of requests for the keys while they are rotated', service: 'user', run: keysDuringRotation },
  { row: 'S13', title: 'a stranger who guesses a password', service: 'user', run: guesses },
  { row: 'S17', title: 'searches for a word that all products have', service: 'product', run: commonWord },
];

/** All attacks, in the order of the audit's rows. */
export const ATTACKS: readonly Attack[] = [...STRANGER_ATTACKS, ...CUSTOMER_ATTACKS].toSorted((a, b) => rowNumber(a) - rowNumber(b));

function rowNumber({ row }: Attack): number {
  return Number(row.slice(1));
}

const ANSWER_LIMIT_MS = 10_000;
/** A deep body is refused while it is read: a time near a second means that something traversed it. */
const QUICK_MS = 1000;
const UNFINISHED = 540;
const WEBHOOK_TRIES = 20;

/** Nesting depths that fit into the 64 kB that a body may have. */
const DEPTHS = [11, 100, 8000, 32_000];

async function posted(url: string, path: string, body: string, headers: Readonly<Record<string, string>>): Promise<{ readonly status: number | undefined; readonly ms: number }> {
  const askedAt = performance.now();
  const connection = await rawConnection(url);
  try {
    connection.send(rawRequest({ method: 'POST', path, body, headers }));
    return { status: await connection.status(ANSWER_LIMIT_MS), ms: performance.now() - askedAt };
  } finally {
    connection.destroy();
  }
}

function nested(depth: number): string {
  return `{"x":${'['.repeat(depth)}${']'.repeat(depth)}}`;
}

/** Routes that take a body, at least one of each service: without a token, or with that of a customer or of staff. */
function doors({ urls, customer, staff }: Target): readonly (readonly [url: string, path: string, token: string | undefined])[] {
  return [
    [urls.user, '/sessions', undefined],
    [urls.user, '/users', undefined],
    [urls.order, '/orders', customer.token],
    [urls.payment, '/payment-methods', customer.token],
    [urls.product, '/products', staff],
    [urls.inventory, '/warehouses', staff],
  ];
}

async function deepBodies(target: Target): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const [url, path, token] of doors(target)) {
    for (const depth of DEPTHS) {
      const headers = { 'idempotency-key': crypto.randomUUID(), ...(token !== undefined && { authorization: `Bearer ${token}` }) };
      const { status, ms } = await posted(url, path, nested(depth), headers);
      if (status !== 422) wrong.push(`POST ${path} with a body nested ${depth} deep: ${status ?? 'no answer'}, not 422`);
      else if (ms > QUICK_MS) wrong.push(`POST ${path} with a body nested ${depth} deep: 422 after ${Math.round(ms)} ms`);
    }
  }
  return wrong;
}

/** Strangers begin bodies and never finish them; meanwhile a webhook of the gateway arrives. */
async function unfinishedBodies({ urls }: Target): Promise<readonly string[]> {
  const path = '/webhooks/simulator';
  const signature = `t=${Math.floor(Date.now() / 1000)},v1=${'0'.repeat(64)}`;
  const beginning = rawRequest({ method: 'POST', path, headers: { 'souk-signature': signature }, body: '{"id":', saidLength: 60_000 });
  const connections = await Promise.all(Array.from({ length: UNFINISHED }, () => rawConnection(urls.payment)));
  try {
    for (const connection of connections) connection.send(beginning);
    await Bun.sleep(300);
    const statuses = [];
    for (let tries = 0; tries < WEBHOOK_TRIES; tries += 1) {
      const genuine = await fetch(`${urls.payment}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'souk-signature': signature },
        body: '{"id":"a whole one"}',
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      await genuine.arrayBuffer();
      statuses.push(genuine.status);
    }
    // 400: the webhook was read, and its signature checked.
    const keptOut = statuses.filter((status) => status !== 400);
    return keptOut.length === 0 ? [] : [`beside ${UNFINISHED} unfinished bodies ${keptOut.length} of ${WEBHOOK_TRIES} webhooks were answered ${keptOut[0]}`];
  } finally {
    for (const connection of connections) connection.destroy();
  }
}

const PICTURES = 80;
const HOLD_MS = 3000;
/** Time after the attack within which everybody must get the picture again; by then unread answers were given up. */
const OVER_LIMIT_MS = 45_000;
const PIPELINED = 2000;

/** Addresses as if from many households: all of 127.0.0.0/8 is this machine. */
const elsewhere = (n: number): string => `127.0.${1 + Math.floor(n / 200)}.${1 + (n % 200)}`;

async function unread(url: string, text: string, count: number, from: (n: number) => string): Promise<RawConnection[]> {
  const connections: RawConnection[] = [];
  for (let n = 0; n < count; n += 1) {
    const connection = await rawConnection(url, { from: from(n), reads: false }).catch(() => undefined);
    connection?.send(text);
    if (connection !== undefined) connections.push(connection);
  }
  return connections;
}

/** Requests large pictures without reading them, from one address, then from many. */
async function unreadPictures({ urls, picture }: Target): Promise<readonly string[]> {
  const text = rawRequest({ method: 'GET', path: new URL(picture).pathname });
  const connections = [
    ...(await unread(urls.product, text, PICTURES, () => '127.0.0.66')),
    ...(await unread(urls.product, text, PICTURES, elsewhere)),
  ];
  await Bun.sleep(HOLD_MS);
  for (const connection of connections) connection.destroy();
  return (await isServed(picture)) ? [] : ['after the attack the picture was not to be had'];
}

/** Connections that each ask thousands of times and never read. */
async function pipelined({ urls }: Target): Promise<readonly string[]> {
  const text = rawRequest({ method: 'GET', path: '/openapi.json' }).repeat(PIPELINED);
  const connections = await unread(urls.product, text, 5, () => '127.0.0.66');
  await Bun.sleep(HOLD_MS);
  for (const connection of connections) connection.destroy();
  return [];
}

async function isServed(url: string): Promise<boolean> {
  for (const limit = performance.now() + OVER_LIMIT_MS; performance.now() < limit; await Bun.sleep(500)) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return true;
  }
  return false;
}

const CROWD = 80;
const CROWD_MS = 3000;
const KEY_REQUESTS = 3000;
const GUESSES = 30;

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
  for (const [service, path] of Object.entries(paths) as [ServiceName, string][]) {
    const { status } = await ask(`${urls[service]}${path}`, { token: accessToken });
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

const PRODUCTS = 800;
const SEARCHES = 600;
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
