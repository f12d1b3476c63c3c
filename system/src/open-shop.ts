import { mkdir } from 'node:fs/promises';
import type { Lifecycle } from '@souk/chassis/lifecycle';
import type { LogLevel } from '@souk/chassis/logging';
import { EnvironmentError, UsageError } from './cli/exit-code.ts';
import type { StartArguments } from './cli/start-arguments.ts';
import { type Account, type Accounts, accountsOf, loadAccounts, newAccounts } from './embedded/accounts.ts';
import { embeddedShop } from './embedded/embedded-shop.ts';
import { shopFiles } from './embedded/shop-files.ts';
import { deployedShop } from './shop/deployed-shop.ts';
import type { ServiceUrls } from './shop/shop-client.ts';

export interface StartableShop extends Lifecycle {
  /** Complete once it has started. */
  urls(): ServiceUrls;
}

/** The shop that was asked for, not started yet, and who uses it. */
export interface WantedShop {
  readonly shop: StartableShop;
  readonly accounts: Accounts;
}

/** `note` tells what takes a while. */
export async function wantedShop(
  { engines, host, dataFolder: folder, firstPort }: StartArguments,
  logLevel: LogLevel,
  note: (line: string) => void,
): Promise<WantedShop> {
  switch (engines) {
    case 'embedded': {
      await writableFolder(folder);
      const accounts = await loadAccounts(shopFiles(folder).accounts);
      return { accounts, shop: embeddedShop({ folder, firstPort, admin: accounts.admin, logLevel, env: process.env }) };
    }
    case 'real': {
      const accounts = newAccounts();
      const { admin } = accounts;
      // The drivers and test containers are not loaded for those who need none of them.
      const { throwAwayShop } = await import('./real/throw-away-shop.ts');
      return { accounts, shop: throwAwayShop({ firstPort, admin, logLevel, program: 'source', env: {}, note }) };
    }
    case 'deployed':
      return { accounts: accountsOf(deployedAdmin()), shop: deployedShop(host, firstPort) };
    default:
      return engines satisfies never;
  }
}

function deployedAdmin(): Account {
  const { SOUK_ADMIN_EMAIL: email, SOUK_ADMIN_PASSWORD: password } = process.env;
  if (email && password) return { email, password };
  throw new UsageError('--against needs SOUK_ADMIN_EMAIL and SOUK_ADMIN_PASSWORD: the stories seed the shop as its admin');
}

async function writableFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await Bun.write(`${folder}/.writable`, '');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new EnvironmentError(`${folder} cannot be written: ${why}`, 'Choose another folder: npm start -- --data DIR', { cause });
  }
}
