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
