import { readFile, writeFile } from 'node:fs/promises';
import type { RealShopAddresses } from '../shop/real/addresses.ts';

/** Keeps where a shop on real servers is for `npm run verify -- --real FILE`; for its owner's eyes alone. */
export async function saveAddresses(path: string, addresses: RealShopAddresses): Promise<void> {
  await writeFile(path, `${JSON.stringify(addresses, null, 2)}\n`, { mode: 0o600 });
}

export async function loadAddresses(path: string): Promise<RealShopAddresses> {
  return JSON.parse(await readFile(path, 'utf8')) as RealShopAddresses;
}
