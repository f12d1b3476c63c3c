import { FormatRegistry } from '@sinclair/typebox';
import { isCountryCode } from './country.ts';
import { isCurrentCurrency, isKnownCurrency } from './currencies.ts';
import { isEmailAddress } from './email.ts';

/**
 * TypeBox knows no string format by itself and refuses every value of an unknown one.
 * A schema file that names a format imports this file, so the format exists wherever the schema does.
 */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const UTC_TIME = /^\d{4}-(\d\d)-(\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;
const EMAIL_USER = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}$/;
const EMAIL_HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i;

/** Any UUID of RFC 9562 with a version (1 to 8); not the nil and the max UUID, which identify nothing. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** RFC 3339 in UTC, with `Z`, of a day that exists; no leap seconds, because no clock in Souk has them. */
export function isUtcTime(text: string): boolean {
  const parts = UTC_TIME.exec(text);
  if (parts === null) return false;
  const month = Number(parts[1]);
  const day = Number(parts[2]);
  if (day <= 28) return day >= 1 && month >= 1 && month <= 12;
  return month >= 1 && month <= 12 && day <= daysIn(Number(text.slice(0, 4)), month);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** An address as it is stored: in ASCII. Addresses registered under an older rule stay readable. */
function isKeptEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  return text.length <= 254 && EMAIL_USER.test(text.slice(0, Math.max(at, 0))) && EMAIL_HOST.test(text.slice(at + 1));
}

FormatRegistry.Set('uuid', isUuid);
FormatRegistry.Set('date-time', isUtcTime);
FormatRegistry.Set('email', isKeptEmail);
FormatRegistry.Set('idn-email', isEmailAddress);
FormatRegistry.Set('currency', isKnownCurrency);
FormatRegistry.Set('current-currency', isCurrentCurrency);
FormatRegistry.Set('country', isCountryCode);
