import { randomBytes, randomUUID } from 'node:crypto';
import type { ServiceName } from '@souk/contracts/services';
import type { Account } from '../../shop/embedded/accounts.ts';
import { type ServiceUrls, type ShopClient, shopClient } from '../../shop/shop-client.ts';

export const SKU = 'ATTACKED';
const PASSWORD = 'lantern-orchard-47';
const PICTURE_BYTES = 5 * 1024 * 1024;
const STOCK = 1_000_000;

interface Customer extends Account {
  readonly token: string;
  readonly methodId: string;
}

/** A shop prepared for attacks: one product with a large picture, goods in stock, an honest customer. */
export interface Target {
  readonly urls: ServiceUrls;
  readonly client: ShopClient;
  readonly admin: Account;
  /** The admin's access token. */
  readonly staff: string;
  readonly customer: Customer;
  readonly picture: string;
}

/** One attack from outside, by a caller without rights or with those of a customer. */
export interface Attack {
  /** The row of the audit that it covers. */
  readonly row: string;
  readonly title: string;
  /** The service whose honest callers are watched during the attack. */
  readonly service: ServiceName;
  /** Carries out the attack, bounded in count and time; returns a sentence for each thing that went wrong. None: the shop held. */
  run(target: Target): Promise<readonly string[]>;
}

export async function attackTarget(urls: ServiceUrls, admin: Account): Promise<Target> {
  const client = shopClient(urls);
  const staff = (await client.signIn(admin.email, admin.password)).accessToken;
  const warehouse = await client.createWarehouse(staff, 'Attacked', 1);
  const product = await client.activate(staff, await client.createProduct(staff, { title: 'Attacked', variants: [{ sku: SKU, price: { amount: 1000, currency: 'EUR' } }] }));
  await client.receive(staff, SKU, warehouse.id, STOCK, randomUUID());
  const picture = await upload(`${urls.product}/products/${product.id}/images`, staff);
  return { urls, client, admin, staff, customer: await newCustomer(client), picture: `${urls.product}${picture}` };
}

/** Uploads a PNG of one pixel, padded to the largest size allowed. */
async function upload(url: string, token: string): Promise<string> {
  const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  const body = Buffer.concat([pixel, randomBytes(PICTURE_BYTES - pixel.byteLength)]);
  const answer = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'image/png' }, body });
  if (!answer.ok) throw new Error(`no picture: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { readonly url: string }).url;
}

export async function newCustomer(client: ShopClient): Promise<Customer> {
  const email = `${randomUUID()}@souk.example`;
  await client.register(email, PASSWORD, 'Grace Hopper');
  const token = (await client.signIn(email, PASSWORD)).accessToken;
  return { email, password: PASSWORD, token, methodId: (await client.addPaymentMethod(token, 'tok_ok')).id };
}

/** The request that honest callers of a service repeat. */
export function honestRequest({ urls, customer }: Target, service: ServiceName): (signal: AbortSignal) => Promise<Response> {
  const paths: Readonly<Partial<Record<ServiceName, string>>> = {
    product: '/products?limit=5',
    inventory: `/stock/${SKU}`,
    order: '/orders?limit=5',
    payment: '/payment-methods',
    user: '/users/me',
  };
  return (signal) => fetch(`${urls[service]}${paths[service] ?? '/livez'}`, { signal, headers: { authorization: `Bearer ${customer.token}` } });
}

/** The answers that an honest caller got, and their times. */
export interface Seen {
  /** Number of answers by HTTP status; 0: no answer within 20 s, or a broken connection. */
  readonly statuses: Readonly<Record<number, number>>;
  readonly medianMs: number;
  readonly slowestMs: number;
}

export interface Bystander {
  /** Stops asking, and returns what it saw. */
  leave(): Promise<Seen>;
}

const BETWEEN_MS = 100;
const ANSWER_LIMIT_MS = 20_000;

/** Asks again and again, at most ten times a second, as a caller who has nothing to do with the attack. */
export function bystander(ask: (signal: AbortSignal) => Promise<Response>): Bystander {
  const statuses: Record<number, number> = {};
  const times: number[] = [];
  const over = new AbortController();

  async function once(): Promise<void> {
    const askedAt = performance.now();
    let status = 0;
    try {
      const answer = await ask(AbortSignal.timeout(ANSWER_LIMIT_MS));
      await answer.arrayBuffer();
      status = answer.status;
    } catch {
      // Counted as status 0; readers of the counts judge it.
    }
    times.push(performance.now() - askedAt);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }

  async function goOn(): Promise<void> {
    while (!over.signal.aborted) {
      const next = performance.now() + BETWEEN_MS;
      await once();
      await Bun.sleep(Math.max(0, next - performance.now()));
    }
  }

  const going = goOn();
  return {
    async leave() {
      over.abort();
      await going;
      const sorted = times.toSorted((a, b) => a - b);
      return { statuses, medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0, slowestMs: sorted.at(-1) ?? 0 };
    },
  };
}
