import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Lifecycle } from '@souk/chassis/service/lifecycle';
import type { DestinationStream, LogLevel } from '@souk/chassis/telemetry/logging';
import { SERVICES } from '@souk/contracts/services';
import { EnvironmentError, UsageError } from '../../cli/errors.ts';
import { askReady } from '../ask.ts';
import { type Account, type Accounts, accountsOf, loadAccounts, newAccounts } from '../embedded/accounts.ts';
import { embeddedShop } from '../embedded/embedded-shop.ts';
import { privateFolder, shopFiles } from '../embedded/shop-files.ts';
import type { ServiceUrls } from '../shop-client.ts';
import type { StartArguments } from './start-arguments.ts';

export interface StartableShop extends Lifecycle {
  /** Addresses of all services, once the shop has started. */
  urls(): ServiceUrls;
}

/** The requested shop, not started yet, and its accounts. */
export interface WantedShop {
  readonly shop: StartableShop;
  readonly accounts: Accounts;
  /** The file of the accounts, which only its owner can read; undefined for a shop that was set up elsewhere. */
  readonly accountsFile: string | undefined;
  /** The file for the admin's own password if the shop was set up with another one; undefined if this command keeps none. */
  readonly adminPasswordFile?: string | undefined;
}

interface Telling {
  readonly logLevel: LogLevel;
  /** Of a shop in this process. */
  readonly logTo: DestinationStream;
  /** Receives messages about slow steps. */
  readonly note: (line: string) => void;
}

/** Prepares the requested shop. */
export async function wantedShop(
  { engines, host, dataFolder: folder, firstPort }: StartArguments,
  { logLevel, logTo, note }: Telling,
): Promise<WantedShop> {
  switch (engines) {
    case 'embedded': {
      await privateFolder(folder);
      const accountsFile = resolve(shopFiles(folder).accounts);
      const accounts = await loadAccounts(accountsFile);
      return { accounts, accountsFile, shop: embeddedShop({ folder, firstPort, admin: accounts.admin, logLevel, logTo, env: process.env }) };
    }
    case 'real': {
      const accounts = newAccounts();
      // Imported here so that the other shops load neither the drivers nor the test containers.
      const { throwAwayShop } = await import('../real/real-shop.ts');
      await privateFolder(folder);
      const accountsFile = resolve(folder, 'real-accounts.json');
      const files = { addresses: join(folder, 'real.json'), accounts: accountsFile };
      return { accounts, accountsFile, shop: throwAwayShop({ firstPort, accounts, logLevel, program: 'source', env: {}, files, note }) };
    }
    case 'deployed':
      return {
        accounts: accountsOf(deployedAdmin(host)),
        accountsFile: undefined,
        ...(host === COMPOSE && { adminPasswordFile: OWN_PASSWORD }),
        shop: deployedShop(host === COMPOSE ? '127.0.0.1' : host, firstPort),
      };
    default:
      return engines satisfies never;
  }
}

const COMPOSE = 'compose';
/** The admin's password from `deploy/make-secrets.sh`; `compose.yaml` gives that admin the address COMPOSE_EMAIL. */
const COMPOSE_PASSWORD = join(import.meta.dir, '../../../../deploy/secrets/admin-password');
/** The password that has replaced it (`adminToken`). */
const OWN_PASSWORD = join(import.meta.dir, '../../../../deploy/secrets/admin-password-changed');
const COMPOSE_EMAIL = 'admin@example.com';

/** First admin of a shop that was set up elsewhere; the stories seed the shop as this admin. */
function deployedAdmin(host: string): Account {
  const { SOUK_ADMIN_EMAIL: email, SOUK_ADMIN_PASSWORD: password } = process.env;
  if (email && password) return { email, password };
  if (host !== COMPOSE) throw new UsageError('--against HOST needs SOUK_ADMIN_EMAIL and SOUK_ADMIN_PASSWORD: its admin seeds the shop');
  if (!existsSync(COMPOSE_PASSWORD)) {
    throw new EnvironmentError('the shop of compose.yaml has no secrets yet', 'sh deploy/make-secrets.sh && docker compose up --wait');
  }
  return { email: email || COMPOSE_EMAIL, password: readFileSync(existsSync(OWN_PASSWORD) ? OWN_PASSWORD : COMPOSE_PASSWORD, 'utf8').trim() };
}

const READY_LIMIT_MS = 60_000;
const BETWEEN_PROBES_MS = 250;

/** A shop that already runs somewhere: `start` waits until it is ready, `stop` leaves it alone. */
function deployedShop(host: string, firstPort: number): Lifecycle & { urls(): ServiceUrls } {
  const entries = SERVICES.map((name, index) => [name, `http://${host}:${firstPort + index}`] as const);
  const urls = Object.fromEntries(entries) as ServiceUrls;
  return {
    urls: () => urls,
    async start() {
      await Promise.all(entries.map(([name, url]) => ready(name, url)));
    },
    stop: async () => undefined,
  };
}

async function ready(name: string, url: string): Promise<void> {
  const limit = performance.now() + READY_LIMIT_MS;
  for (;;) {
    const missing = await askReady(url);
    if (missing === null) return;
    if (performance.now() > limit) throw new EnvironmentError(`${name} at ${url} is not ready: ${missing}`, 'Start the shop first.');
    await Bun.sleep(BETWEEN_PROBES_MS);
  }
}
