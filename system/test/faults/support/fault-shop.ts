import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Environment } from '@souk/chassis/service/config';
import { addressOf } from '@souk/chassis/testing/real-servers';
import { temporaryFolder } from '@souk/chassis/testing/temporary-folder';
import { type Load, prepareLoad } from '../../../src/tools/bench/work/prepare-load.ts';
import { newAccounts } from '../../../src/shop/embedded/accounts.ts';
import type { RealShopAddresses, ServerAddresses } from '../../../src/shop/real/addresses.ts';
import { type RealShop, realShop, type RealShopSettings } from '../../../src/shop/real/real-shop.ts';
import type { Program } from '../../../src/shop/real/service-process.ts';
import { createDatabases, dropDatabases } from '../../../src/shop/real/shop-databases.ts';
import { shopClient } from '../../../src/shop/shop-client.ts';
import { realRecords } from '../../../src/verify/real-records.ts';
import type { ShopRecords } from '../../../src/verify/shop-records.ts';
import { deleteTopics } from '../../support/delete-topics.ts';
import { prepareDatabases } from '../../support/prepare-databases.ts';
import { WITHOUT_LIMITS } from '../../../src/shop/without-limits.ts';

/** Five processes to be broken one by one, and customers who order from them. */
export interface FaultShop extends AsyncDisposable {
  readonly services: RealShop['services'];
  readonly replica: RealShop['replica'];
  readonly records: ShopRecords;
  readonly addresses: RealShopAddresses;
  readonly load: Load;
  /** The admin's access token; it outlives the tests of a file. */
  readonly staff: string;
}

interface Options {
  readonly servers?: ServerAddresses;
  /** Where the services, and they alone, are told that the log is. */
  readonly brokers?: readonly string[];
  /** Where they are told that their databases are. */
  readonly databases?: RealShopAddresses['databases'];
  /** Settings of the services beyond the shop's own. */
  readonly env?: Environment;
  readonly within?: RealShopSettings['within'];
}

const ENV = { ACCESS_TOKEN_LIFETIME_S: '900', ...WITHOUT_LIMITS };

/** Opens the shop with databases and topics of its own, full shelves and customers with cards. */
export async function openFaultShop(options: Options = {}): Promise<FaultShop> {
  const ground = await faultGround(options.servers);
  const shop = ground.shop('source', options);
  try {
    await shop.start();
    const accounts = ground.accounts;
    const load = await prepareLoad({ urls: shop.urls(), accounts });
    const staff = (await shopClient(shop.urls()).signIn(accounts.admin.email, accounts.admin.password)).accessToken;
    return {
      services: shop.services,
      replica: shop.replica,
      records: realRecords(ground.addresses),
      addresses: ground.addresses,
      load,
      staff,
      async [Symbol.asyncDispose]() {
        await shop.stop();
        await ground[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await shop.stop();
    await ground[Symbol.asyncDispose]();
    throw error;
  }
}

export interface FaultGround extends AsyncDisposable {
  readonly addresses: RealShopAddresses;
  readonly accounts: ReturnType<typeof newAccounts>;
  /** Not started. */
  shop(program: Program, options?: Omit<Options, 'servers'>): RealShop;
}

/** Databases and topics of its own, with tables, on these servers or on those that all tests share. */
export async function faultGround(servers: ServerAddresses = sharedServers()): Promise<FaultGround> {
  const name = `f${randomBytes(4).toString('hex')}`;
  const folder = temporaryFolder();
  const accounts = newAccounts();
  const kafka = { brokers: servers.kafka, topicPrefix: `${name}.` };
  const addresses = { ...(await createDatabases(servers, `${name}_`)), kafka, gateway: join(folder.path, 'gateway.db') };
  await prepareDatabases(addresses);
  return {
    addresses,
    accounts,
    shop: (program, { brokers = servers.kafka, databases: told = addresses.databases, env = {}, within } = {}) =>
      realShop({
        addresses: { ...addresses, databases: told, kafka: { ...kafka, brokers } },
        firstPort: 0,
        admin: accounts.admin,
        logLevel: 'fatal',
        program,
        env: { ...ENV, ...env },
        ...(within && { within }),
      }),
    async [Symbol.asyncDispose]() {
      await dropDatabases(servers, `${name}_`);
      await deleteTopics(kafka);
      folder.remove();
    },
  };
}

export function sharedServers(): ServerAddresses {
  return { mysql: addressOf('MySQL'), mongodb: addressOf('MongoDB'), kafka: addressOf('Kafka').split(',') };
}
