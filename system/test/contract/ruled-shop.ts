import { randomUUID } from 'node:crypto';
import type { ServiceName } from '@souk/contracts/services';
import type { ServiceUrls, ShopClient } from '../../src/shop/shop-client.ts';
import type { Answer } from '../../src/shop/ask.ts';
import { type OpenShopOn, PASSWORD } from '../support/open-shop.ts';
import { liveRoutes, type LiveRoute } from './live-routes.ts';
import { pathOf } from './sample-requests.ts';
import { shopObjects, type ShopObjects } from './shop-objects.ts';

/** `product GET /products/{id}` */
export type RouteName = string;

export type Asker = 'customer' | 'staff' | 'anonymous';

interface Question {
  readonly as: Asker;
  /** Behind the path, with its question mark. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or the bytes of a PNG. */
  readonly body?: object;
}

/** A shop on any engine with one of everything, and admin and customer to ask for it. */
export interface RuledShop extends AsyncDisposable {
  readonly routes: readonly LiveRoute[];
  readonly client: ShopClient;
  readonly urls: ServiceUrls;
  readonly objects: ShopObjects;
  readonly tokens: Readonly<Record<Asker, string | undefined>>;
  ask(route: RouteName, question: Question): Promise<Answer>;
  /** Comes to rest and stops; answers what is broken, in words. */
  close(): Promise<readonly string[]>;
}

const LIMIT_MS = 15_000;

export async function openRuledShop(openShop: OpenShopOn): Promise<RuledShop> {
  const shop = await openShop({ ACCESS_TOKEN_LIFETIME_S: '900' });
  const { client, urls, staff } = shop;
  const email = `${randomUUID()}@souk.example`;
  await client.register(email, PASSWORD, 'Grace Hopper');
  const customer = (await client.signIn(email, PASSWORD)).accessToken;
  const objects = await shopObjects(client, urls, { staff, customer, email, password: PASSWORD });
  const tokens = { customer, staff, anonymous: undefined };
  return {
    routes: await liveRoutes(urls),
    client,
    urls,
    objects,
    tokens,
    async ask(name, { as, query = '', headers, body }) {
      const { service, method, path } = partsOf(name);
      const token = tokens[as];
      const response = await fetch(`${urls[service]}${pathOf({ path }, objects)}${query}`, {
        method,
        signal: AbortSignal.timeout(LIMIT_MS),
        headers: {
          ...(body && { 'content-type': body instanceof Uint8Array ? 'image/png' : 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body && { body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body) }),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    close: () => shop.close(),
    [Symbol.asyncDispose]: () => shop[Symbol.asyncDispose](),
  };
}

export function routeName({ service, method, path }: LiveRoute): RouteName {
  return `${service} ${method} ${path}`;
}

function partsOf(name: RouteName): { service: ServiceName; method: string; path: string } {
  const [service = '', method = '', path = ''] = name.split(' ');
  return { service: service as ServiceName, method, path };
}

/** The code of a problem document, without what all codes have in front. */
export function problemOf({ text }: Answer): string {
  return (JSON.parse(text) as { type: string }).type.replace('urn:souk:problem:', '');
}
