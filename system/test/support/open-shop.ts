import { randomUUID } from 'node:crypto';
import type { Environment } from '@souk/chassis/config';
import { loadAccounts } from '../../src/embedded/accounts.ts';
import { type EmbeddedShop, embeddedShop } from '../../src/embedded/embedded-shop.ts';
import { shopFiles } from '../../src/embedded/shop-files.ts';
import { type ServiceUrls, type ShopClient, shopClient } from '../../src/shop/shop-client.ts';
import type { Snapshot } from '../../src/verify/snapshot.ts';
import { broken, shopRests } from './rest.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const PASSWORD = 'a password for tests';

/** An embedded shop in this process, on ports of its own and in a folder that goes with it. */
export interface OpenShop extends AsyncDisposable {
  readonly folder: string;
  /** Of the shop as it runs now: the ports change with every start. */
  readonly urls: ServiceUrls;
  readonly client: ShopClient;
  /** The admin's access token; it outlives a restart. */
  readonly staff: string;
  /** A new customer's access token. */
  customer(): Promise<string>;
  /** Waits until nothing moves any more. */
  rest(): Promise<Snapshot>;
  /** Comes to rest and stops, does what can only be done to a stopped shop, starts again. */
  whileStopped(work: () => void | Promise<void>): Promise<void>;
  /** Comes to rest and stops; answers what is broken, in words. */
  close(): Promise<readonly string[]>;
}

export async function openShop(env: Environment = {}): Promise<OpenShop> {
  const temporary = await temporaryFolder();
  const folder = temporary.path;
  const { admin } = await loadAccounts(shopFiles(folder).accounts);
  let running = await started(folder, admin, env);
  let client = shopClient(running.urls());
  const staff = (await client.signIn(admin.email, admin.password)).accessToken;

  return {
    folder,
    staff,
    get urls() {
      return running.urls();
    },
    get client() {
      return client;
    },
    async customer() {
      const email = `${randomUUID()}@souk.example`;
      await client.register(email, PASSWORD, 'Grace Hopper');
      return (await client.signIn(email, PASSWORD)).accessToken;
    },
    rest: () => shopRests(folder),
    async whileStopped(work) {
      await shopRests(folder);
      await running.stop();
      await work();
      running = await started(folder, admin, env);
      client = shopClient(running.urls());
    },
    async close() {
      await shopRests(folder);
      await running.stop();
      return broken(folder);
    },
    async [Symbol.asyncDispose]() {
      await running.stop();
      await temporary[Symbol.asyncDispose]();
    },
  };
}

type Admin = { readonly email: string; readonly password: string };

async function started(folder: string, admin: Admin, env: Environment): Promise<EmbeddedShop> {
  const shop = embeddedShop({ folder, firstPort: 0, admin, logLevel: 'fatal', env });
  await shop.start();
  return shop;
}
