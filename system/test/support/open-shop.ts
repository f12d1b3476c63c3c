import { randomUUID } from 'node:crypto';
import type { Environment } from '@souk/chassis/service/config';
import type { LogMessage } from '@souk/chassis/log/event-log';
import { type ServiceUrls, type ShopClient, shopClient } from '../../src/shop/shop-client.ts';
import type { Ground } from './ground.ts';
import { broken, shopRests } from './rest.ts';
import type { Snapshot } from './snapshot.ts';

export const PASSWORD = 'a password for tests';

/** A shop on ports of its own and on ground that goes with it. */
export interface OpenShop extends AsyncDisposable, Pick<Ground, 'records' | 'kept' | 'verifyParameters' | 'execute' | 'writtenColumns'> {
  /** Of the shop as it runs now: the ports change with every start. */
  readonly urls: ServiceUrls;
  readonly client: ShopClient;
  /** The admin's access token; it outlives a restart. */
  readonly staff: string;
  /** A new customer's access token. */
  customer(): Promise<string>;
  /** Waits until nothing moves any more. */
  rest(): Promise<Snapshot>;
  /** Comes to rest, stops and starts again. */
  restart(): Promise<void>;
  /** Comes to rest and finds these messages at the end of its log; after a restart where only it can write to the log. */
  hears(messages: readonly LogMessage[]): Promise<void>;
  /** Comes to rest and stops; answers what is broken, in words. */
  close(): Promise<readonly string[]>;
}

export type OpenShopOn = (env?: Environment) => Promise<OpenShop>;

export function openShopOn(makeGround: () => Promise<Ground>): OpenShopOn {
  return async (env = {}) => {
    const ground = await makeGround();
    try {
      return await openShop(ground, env);
    } catch (error) {
      await ground[Symbol.asyncDispose]();
      throw error;
    }
  };
}

async function openShop(ground: Ground, env: Environment): Promise<OpenShop> {
  const { records, kept, verifyParameters, execute, writtenColumns } = ground;
  let running = await ground.start(env);
  let client = shopClient(running.urls);
  const staff = (await client.signIn(ground.admin.email, ground.admin.password)).accessToken;

  async function whileStopped(work: () => Promise<void>): Promise<void> {
    await shopRests(records);
    await running.stop();
    await work();
    running = await ground.start(env);
    client = shopClient(running.urls);
  }

  return {
    records,
    kept,
    verifyParameters,
    execute,
    writtenColumns,
    staff,
    get urls() {
      return running.urls;
    },
    get client() {
      return client;
    },
    async customer() {
      const email = `${randomUUID()}@souk.example`;
      await client.register(email, PASSWORD, 'Grace Hopper');
      return (await client.signIn(email, PASSWORD)).accessToken;
    },
    rest: () => shopRests(records),
    restart: () => whileStopped(async () => undefined),
    async hears(messages) {
      if (!ground.takesMessagesWhileRunning) return whileStopped(() => ground.append(messages));
      await shopRests(records);
      return ground.append(messages);
    },
    async close() {
      await shopRests(records);
      await running.stop();
      return broken(records);
    },
    async [Symbol.asyncDispose]() {
      try {
        await running.stop();
      } finally {
        await ground[Symbol.asyncDispose]();
      }
    },
  };
}
