import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';

export interface Account {
  readonly email: string;
  readonly password: string;
}

/** Who uses a shop on a laptop: made once with random passwords, kept beside its data for its owner alone to read. */
export interface Accounts {
  readonly admin: Account;
  readonly customer: Account;
}

export async function loadAccounts(path: string): Promise<Accounts> {
  if (existsSync(path)) return JSON.parse(await readFile(path, 'utf8')) as Accounts;
  const password = () => randomBytes(18).toString('base64url');
  const accounts: Accounts = {
    admin: { email: 'admin@souk.example', password: password() },
    customer: { email: 'ada@souk.example', password: password() },
  };
  await writeFile(path, `${JSON.stringify(accounts, null, 2)}\n`, { mode: 0o600 });
  return accounts;
}
