import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lifecycle, type Lifecycle } from '@souk/chassis/service/lifecycle';
import { type Accounts, saveAccounts } from '../embedded/accounts.ts';
import { type Servers, startServers } from '../../tools/servers/start-servers.ts';
import { compileOutdated } from '../../tools/images/compile-outdated.ts';
import { expectFree } from '../../tools/servers/free-port.ts';
import type { ServiceUrls } from '../shop-client.ts';
import { saveAddresses } from '../../verify/address-file.ts';
import type { RealShopAddresses, ServerAddresses } from './addresses.ts';
import { portsFrom, type RealShop, realShop, type RealShopSettings } from './real-shop.ts';
import { createDatabases } from './shop-databases.ts';

export interface ThrowAwaySettings extends Omit<RealShopSettings, 'addresses' | 'admin'> {
  readonly accounts: Accounts;
  /** Files for the addresses, read by `npm run verify -- --real FILE`, and for the accounts; deleted with the shop. */
  readonly files?: { readonly addresses: string; readonly accounts: string };
  /** Receives progress messages, for people. */
  note(line: string): void;
}

/** A shop on servers of its own. Both are running once it has started; nothing is left when it has stopped. */
export interface ThrowAwayShop extends Lifecycle {
  urls(): ServiceUrls;
  servers(): Servers;
  shop(): RealShop;
  addresses(): RealShopAddresses;
}

const STOP_LIMIT_MS = 60_000;

export function throwAwayShop(settings: ThrowAwaySettings): ThrowAwayShop {
  const { accounts, program, files, note } = settings;
  let running: { readonly servers: Servers; readonly folder: string } | undefined;
  let open: { readonly shop: RealShop; readonly addresses: RealShopAddresses } | undefined;

  async function openShop(): Promise<RealShop> {
    const { servers, folder } = there(running);
    const roots = rootAddresses(servers);
    const addresses = { ...(await createDatabases(roots, '')), kafka: { brokers: roots.kafka, topicPrefix: '' }, gateway: join(folder, 'gateway.db') };
    note('making tables, collections and topics');
    const shop = realShop({ ...settings, addresses, admin: accounts.admin });
    await shop.migrate();
    if (files !== undefined) await Promise.all([saveAddresses(files.addresses, addresses), saveAccounts(files.accounts, accounts)]);
    open = { shop, addresses };
    return shop;
  }

  const life = lifecycle(
    [
      {
        name: 'servers',
        async start() {
          // Checked before anything that takes long.
          portsFrom(settings.firstPort).forEach(expectFree);
          if (program === 'compiled') await compileOutdated(note);
          const servers = await startServers({ report: note });
          running = { servers, folder: await mkdtemp(join(tmpdir(), 'souk-real-')) };
          for (const line of servers.describe()) note(line);
        },
        async stop() {
          const { servers, folder } = there(running);
          await servers.stop();
          await rm(folder, { recursive: true, force: true });
          for (const file of Object.values(files ?? {})) await rm(file, { force: true });
        },
      },
      { name: 'shop', start: async () => (await openShop()).start(), stop: () => there(open).shop.stop() },
    ],
    { limitMs: STOP_LIMIT_MS },
  );
  return {
    ...life,
    urls: () => there(open).shop.urls(),
    servers: () => there(running).servers,
    shop: () => there(open).shop,
    addresses: () => there(open).addresses,
  };
}

export function rootAddresses({ mysql, mongodb, kafka }: Servers): ServerAddresses {
  return { mysql: mysql.address, mongodb: mongodb.address, kafka: [kafka.address] };
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the shop has not started');
  return value;
}
