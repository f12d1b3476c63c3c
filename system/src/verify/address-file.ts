import { readFile, writeFile } from 'node:fs/promises';
import type { RealShopAddresses } from '../shop/real/addresses.ts';

/** Saves the addresses of a shop on real servers for `npm run verify -- --real FILE`; only the file's owner can read them. */
export async function saveAddresses(path: string, addresses: RealShopAddresses): Promise<void> {
  await writeFile(path, `${JSON.stringify(addresses, null, 2)}\n`, { mode: 0o600 });
}

export async function loadAddresses(path: string): Promise<RealShopAddresses> {
  return JSON.parse(await readFile(path, 'utf8')) as RealShopAddresses;
}
