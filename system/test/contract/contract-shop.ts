import { randomUUID } from 'node:crypto';
import { Database } from 'bun:sqlite';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { SERVICES } from '@souk/contracts/services';
import { newAccounts } from '../../src/shop/embedded/accounts.ts';
import { embeddedShop } from '../../src/shop/embedded/embedded-shop.ts';
import { shopFiles } from '../../src/shop/embedded/shop-files.ts';
import { shopClient, type ServiceUrls, type ShopClient } from '../../src/shop/shop-client.ts';
import { embeddedRecords } from '../../src/verify/embedded-records.ts';
import { claimsOf, newKey, signed, signingKeyText } from '../support/forged-tokens.ts';
import { shopRests } from '../support/rest.ts';
import { liveRoutes, type LiveRoute } from './live-routes.ts';
import { shopObjects, type ShopObjects } from './shop-objects.ts';
import { WITHOUT_LIMITS } from '../../src/shop/limit-settings.ts';

export const ACTORS = ['anonymous', 'expired', 'customer', 'other', 'staff', 'admin'] as const;
export type Actor = (typeof ACTORS)[number];

/** A shop on files with one of everything: the ground for what holds of every route. */
export interface ContractShop extends AsyncDisposable {
  readonly urls: ServiceUrls;
  readonly routes: readonly LiveRoute[];
  readonly objects: ShopObjects;
  /** Their access tokens; `expired` is the customer's, too late. */
  readonly tokens: Readonly<Record<Actor, string | undefined>>;
  readonly key: ReturnType<typeof newKey>;
  /** Every row of every service once nothing moves any more, but for what the passing of time changes. */
  rows(): Promise<string>;
}

const PASSWORD = 'a password for contracts';
export const WEBHOOK_SECRET = 'a-secret-for-contracts';

/** Opens, and closes whatever was opened when it cannot. */
export async function openContractShop(): Promise<ContractShop> {
  const folder = temporaryFolder();
  const records = embeddedRecords(folder.path);
  const key = newKey();
  const { admin } = newAccounts();
  const env = { ...WITHOUT_LIMITS, SOUK_SIGNING_KEY: signingKeyText(key), SIMULATOR_WEBHOOK_SECRET: WEBHOOK_SECRET };
  const shop = embeddedShop({ folder: folder.path, firstPort: 0, admin, logLevel: 'fatal', env });
  await shop.start();
  const client = shopClient(shop.urls());
  const adminToken = (await client.signIn(admin.email, admin.password)).accessToken;
  const staff = await staffToken(client, shop.urls(), adminToken);
  const [customer, other] = [await newCustomer(client), await newCustomer(client)];
  const claims = claimsOf(customer.token);
  const expired = signed(key, { ...claims, exp: Math.floor(Date.now() / 1000) - 60 });
  return {
    urls: shop.urls(),
    routes: await liveRoutes(shop.urls()),
    objects: await shopObjects(client, shop.urls(), { staff, customer: customer.token, email: customer.email, password: PASSWORD }),
    tokens: { anonymous: undefined, expired, customer: customer.token, other: other.token, staff, admin: adminToken },
    key,
    async rows() {
      await shopRests(records);
      return allRows(folder.path);
    },
    async [Symbol.asyncDispose]() {
      await shop.stop();
      folder.remove();
    },
  };
}

async function newCustomer(client: ShopClient) {
  const email = `${randomUUID()}@souk.example`;
  const { id } = await client.register(email, PASSWORD, 'Grace Hopper');
  return { id, email, token: (await client.signIn(email, PASSWORD)).accessToken };
}

async function staffToken(client: ShopClient, urls: ServiceUrls, admin: string): Promise<string> {
  const { id, email } = await newCustomer(client);
  const response = await fetch(`${urls.user}/users/${id}/roles`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ roles: ['staff'] }),
  });
  if (!response.ok) throw new Error(`nobody could be made staff: ${response.status} ${await response.text()}`);
  await response.text();
  return (await client.signIn(email, PASSWORD)).accessToken;
}

/** Leases are prolonged whether or not somebody asks for anything. */
const TIME_DRIVEN: ReadonlySet<string> = new Set(['lanes']);

function allRows(folder: string): string {
  return JSON.stringify(
    SERVICES.map((service) => {
      const database = new Database(shopFiles(folder).databases[service], { readonly: true });
      try {
        const tables = database.query<{ name: string }, []>(`select name from sqlite_master where type = 'table' order by name`).all();
        return tables.filter(({ name }) => !TIME_DRIVEN.has(name)).map(({ name }) => [service, name, database.query(`select * from "${name}"`).values()]);
      } finally {
        database.close();
      }
    }),
  );
}
