import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';

export interface Account {
  readonly email: string;
  readonly password: string;
}

/** Accounts of a shop on a laptop: its first admin, and the customer of the stories. */
export interface Accounts {
  readonly admin: Account;
  readonly customer: Account;
}

export function newAccounts(): Accounts {
  return {
    admin: { email: 'admin@souk.example', password: randomPassword() },
    customer: { email: 'ada@souk.example', password: randomPassword() },
  };
}

/** Loads the accounts kept beside the shop's data, or creates them with random passwords in a file that only its owner can read. */
export async function loadAccounts(path: string): Promise<Accounts> {
  if (existsSync(path)) return JSON.parse(await readFile(path, 'utf8')) as Accounts;
  const accounts = newAccounts();
  await saveAccounts(path, accounts);
  return accounts;
}

export async function saveAccounts(path: string, accounts: Accounts): Promise<void> {
  await writeFile(path, `${JSON.stringify(accounts, null, 2)}\n`, { mode: 0o600 });
}

/** Accounts for a shop that was set up elsewhere: its admin and a new customer. */
export function accountsOf(admin: Account): Accounts {
  return { admin, customer: { email: `ada-${randomBytes(6).toString('hex')}@souk.example`, password: randomPassword() } };
}

function randomPassword(): string {
  return randomBytes(18).toString('base64url');
}
