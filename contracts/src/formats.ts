import { FormatRegistry } from '@sinclair/typebox';
import { isEmailAddress } from './email.ts';

// TypeBox knows no string format by itself and refuses every value of an unknown one. A schema file that names a format loads this file.
FormatRegistry.Set('uuid', isUuid);
FormatRegistry.Set('date-time', isUtcTime);
FormatRegistry.Set('email', isKeptEmail);
FormatRegistry.Set('idn-email', isEmailAddress);
FormatRegistry.Set('currency', isKnownCurrency);
FormatRegistry.Set('current-currency', isCurrentCurrency);
FormatRegistry.Set('country', isCountryCode);

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

/** ISO 3166-1 alpha-2, the 249 officially assigned codes. */
const COUNTRIES: ReadonlySet<string> = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY ' +
    'BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK ' +
    'FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR ' +
    'IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ' +
    'ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM ' +
    'PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF ' +
    'TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'
  ).split(' '),
);

function isCountryCode(text: string): boolean {
  return COUNTRIES.has(text);
}

/** Every known code, also of former currencies and of what is no currency, such as XXX, XTS and gold: old prices stay readable. */
const KNOWN: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** ISO 4217, list one, of November 2026: no funds (CHE, CLF), precious metals (XAU), units of account (XDR) or codes for tests (XTS, XXX). */
const IN_USE = [
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK',
  'DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS',
  'KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD',
  'OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP',
  'TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG',
].flatMap((line) => line.split(' '));

const PRICED: ReadonlySet<string> = new Set(IN_USE.filter((code) => KNOWN.has(code)));

function isKnownCurrency(code: string): boolean {
  return KNOWN.has(code);
}

/** True when a price can be set in it: it is in use, and the runtime can write amounts of it. */
function isCurrentCurrency(code: string): boolean {
  return PRICED.has(code);
}
