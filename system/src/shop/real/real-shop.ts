import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '@souk/chassis/service/config';
import { type Lifecycle, lifecycle } from '@souk/chassis/service/lifecycle';
import type { LogLevel } from '@souk/chassis/telemetry/logging';
import { type ServiceName, SERVICES } from '@souk/contracts/services';
import { compileOutdated } from '../../tools/images/compile-outdated.ts';
import { expectFree, freePort } from '../../tools/servers/free-port.ts';
import { type Servers, startServers } from '../../tools/servers/start-servers.ts';
import { saveAddresses } from '../../verify/address-file.ts';
import { type Account, type Accounts, saveAccounts } from '../embedded/accounts.ts';
import type { ServiceUrls } from '../shop-client.ts';
import type { RealShopAddresses, ServerAddresses } from './addresses.ts';
import { type ServiceChild, serviceChild } from './service-child.ts';
import { type Program, runStep, serviceCommand, shopEnvironment, type Step, stepEnvironment } from './service-process.ts';
import { createDatabases } from './shop-databases.ts';

export interface RealShopSettings {
  readonly addresses: RealShopAddresses;
  /** The first of five ports in a row; 0: any free ones. */
  readonly firstPort: number;
  readonly admin: Account;
  readonly logLevel: LogLevel;
  readonly program: Program;
  /** Settings of the services beyond what the shop itself decides. */
  readonly env: Environment;
  /** Wraps each service's command; absent: commands run unchanged. */
  readonly within?: (name: ServiceName, command: readonly string[]) => readonly string[];
}

export interface RealShop extends Lifecycle {
  urls(): ServiceUrls;
  /** Brings schemas and topics up to date, in the environment of the services. Throws the output of a failing step. */
  migrate(): Promise<void>;
  readonly services: Readonly<Record<ServiceName, ServiceChild>>;
  /** Adds one more process of a service, not started yet; it is stopped with the shop. Without `instance` it gets a name of its own. */
  replica(name: ServiceName, instance?: string): ServiceChild;
}

/** Five processes on real servers; schemas and topics must exist (`migrate`). */
export function realShop(settings: RealShopSettings): RealShop {
  const ports = portsFrom(settings.firstPort);
  const port = (name: ServiceName) => ports[SERVICES.indexOf(name)] ?? 0;
  const byName = <T>(make: (name: ServiceName) => T) =>
    Object.fromEntries(SERVICES.map((name) => [name, make(name)])) as Record<ServiceName, T>;
  const urls = byName((name) => `http://127.0.0.1:${port(name)}`);
  const environment = (name: ServiceName, instance = `${name}-1`) => shopEnvironment(name, instance, { ...settings, urls });
  const { within = (_name, command) => command } = settings;
  const child = (name: ServiceName, instance: string, at: number) =>
    serviceChild({ name, command: within(name, serviceCommand(name, settings.program)), port: at, env: environment(name, instance) });
  const services = byName((name) => child(name, `${name}-1`, port(name)));
  const replicas: ServiceChild[] = [];

  async function stopAll(): Promise<void> {
    await Promise.all([...replicas, ...Object.values(services)].map((service) => service.stop()));
  }

  // All start at once: no service needs another one to start, which is tested.
  const together = {
    name: 'services',
    async start() {
      const started = await Promise.allSettled(SERVICES.map((name) => services[name].start()));
      const failed = started.find((result) => result.status === 'rejected');
      if (failed === undefined) return;
      await stopAll();
      throw failed.reason;
    },
    stop: stopAll,
  };
  return {
    ...lifecycle([together], { limitMs: 40_000 }),
    urls: () => urls,
    async migrate() {
      const step = (name: ServiceName, what: Step) => runStep(name, what, settings.program, stepEnvironment(what, name, { ...settings, urls }));
      await Promise.all([...SERVICES.map((name) => step(name, '--migrate')), step('order', '--topics')]);
    },
    services,
    replica(name, instance = `${name}-${replicas.length + 2}`) {
      const added = child(name, instance, freePort());
      replicas.push(added);
      return added;
    },
  };
}

/** The ports of the five services; free ones where `first` is 0. */
export function portsFrom(first: number): readonly number[] {
  return SERVICES.map((_, index) => (first === 0 ? freePort() : first + index));
}

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
