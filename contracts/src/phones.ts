import { parsePhoneNumberFromString } from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/metadata.min.json';

const known = (country: string): country is keyof typeof metadata.countries => Object.hasOwn(metadata.countries, country);

/** Characters that address books put around and into numbers: marks of direction, zero widths. */
const UNSEEN = /\p{Cf}/gu;

/**
 * A telephone number as E.164: with `+`, or as it is dialled in `country`. Null when nobody can be reached by it, or not by
 * that alone: E.164 has no extensions.
 */
export function e164(text: string, country: string): string | null {
  // In full-width digits the library would take the plus sign for none, and the number for another.
  const plain = text.normalize('NFKC').replace(UNSEEN, '').trim();
  const number = parsePhoneNumberFromString(plain, { ...(known(country) && { defaultCountry: country }), extract: false }, metadata);
  return number?.isPossible() === true && number.ext === undefined ? number.number : null;
}
