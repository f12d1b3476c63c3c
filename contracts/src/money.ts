import { type Static, Type } from '@sinclair/typebox';
import './formats.ts';
import { closed } from './schema.ts';

export const Currency = Type.String({ format: 'currency', pattern: '^[A-Z]{3}$', description: 'a currency of ISO 4217 in three capitals' });

/** Stated in the schema, so that the contract gate sees a change that types do not show. */
const MINOR_UNITS = { 'x-unit': 'minor units' };

/** Minor units (cents) of an ISO 4217 currency. Never negative: what goes back to a customer is a refund. */
export const Money = closed({
  amount: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, ...MINOR_UNITS }),
  currency: Currency,
});
export type Money = Static<typeof Money>;

/** The largest price with which an order of 100 lines of 999 pieces still adds up below 2^53. */
export const LARGEST_PRICE = 90_000_000_000;

export const Price = closed({ amount: Type.Integer({ minimum: 0, maximum: LARGEST_PRICE, ...MINOR_UNITS }), currency: Currency });

/** A price as a caller sets it: in a currency that is in use today, as coins or notes. Older prices stay readable. */
export const AskedPrice = closed({
  amount: Price.properties.amount,
  currency: Type.String({ format: 'current-currency', pattern: '^[A-Z]{3}$', description: 'a currency of ISO 4217 that is in use, in three capitals', examples: ['EUR'] }),
});

export type MoneyErrorCode = 'mixed-currencies' | 'money-out-of-range';

export class MoneyError extends Error {
  override readonly name = 'MoneyError';
  readonly code: MoneyErrorCode;

  constructor(code: MoneyErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Throws `MoneyError` `mixed-currencies`, or `money-out-of-range` beyond 2^53 - 1. */
export function add(left: Money, right: Money): Money {
  requireSameCurrency(left, right);
  return inRange(left.amount + right.amount, left.currency);
}

/** Throws `MoneyError` `mixed-currencies`, or `money-out-of-range` when the result would be negative. */
export function subtract(left: Money, right: Money): Money {
  requireSameCurrency(left, right);
  return inRange(left.amount - right.amount, left.currency);
}

/** `quantity` is a whole number >= 0. Throws `MoneyError` `money-out-of-range` beyond 2^53 - 1. */
export function times(money: Money, quantity: number): Money {
  return inRange(money.amount * quantity, money.currency);
}

export function equals(left: Money, right: Money): boolean {
  return left.amount === right.amount && left.currency === right.currency;
}

function requireSameCurrency(left: Money, right: Money): void {
  if (left.currency !== right.currency) {
    throw new MoneyError('mixed-currencies', `${left.currency} and ${right.currency} cannot be combined`);
  }
}

function inRange(amount: number, currency: string): Money {
  if (!Number.isSafeInteger(amount) || amount < 0) {
    throw new MoneyError('money-out-of-range', `${amount} ${currency} is not an amount that can be kept exactly`);
  }
  return { amount, currency };
}

/** Formats money for people: `€19.99`, `¥2,000`, `BHD 1.234`. Exact for every amount: no float is made on the way. */
export function formatMoney(money: Money, locale = 'en'): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency: money.currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(decimalText(money.amount, digits));
}

function decimalText(amount: number, digits: number): `${number}` {
  const text = String(amount).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  // Only digits, which a template type cannot express for text that was cut.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (digits === 0 ? whole : `${whole}.${text.slice(-digits)}`) as `${number}`;
}
