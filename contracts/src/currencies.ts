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

export function isKnownCurrency(code: string): boolean {
  return KNOWN.has(code);
}

/** True when a price can be set in it: it is in use, and the runtime can write amounts of it. */
export function isCurrentCurrency(code: string): boolean {
  return PRICED.has(code);
}
