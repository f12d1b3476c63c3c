import type { Money } from './money.ts';

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
