import { parsePhoneNumberFromString } from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/metadata.min.json';

const known = (country: string): country is keyof typeof metadata.countries => Object.hasOwn(metadata.countries, country);

/**
 * A telephone number as E.164: with `+`, or as it is dialled in `country`. Null when nobody can be reached by it, or not by
 * that alone: E.164 has no extensions.
 */
export function e164(text: string, country: string): string | null {
  const number = parsePhoneNumberFromString(text, { ...(known(country) && { defaultCountry: country }), extract: false }, metadata);
  return number?.isPossible() === true && number.ext === undefined ? number.number : null;
}
