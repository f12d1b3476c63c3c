import type { AskedAddress } from '@souk/contracts/address';
import { addressRules } from '@souk/contracts/address-rules';
import { fieldsRefused } from './problem.ts';

/** The address as it is stored: by the rules of its country, its telephone number as E.164. Throws the 422 problem. */
export async function readAddress<A extends AskedAddress>(address: A, at?: string): Promise<A> {
  const read = (await addressRules()).read(address, at);
  if (!read.ok) throw fieldsRefused('validation', read.errors);
  return read.value;
}
