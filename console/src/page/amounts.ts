import type { Money } from '@souk/contracts/money';

const formats = new Map<string, Intl.NumberFormat>();

/** `€19.99`, exact: the amount goes to the formatter as decimal text. The contracts' own formatter would bring TypeBox into the page. */
export function moneyText({ amount, currency }: Money): string {
  let format = formats.get(currency);
  if (format === undefined) {
    format = new Intl.NumberFormat('en', { style: 'currency', currency });
    formats.set(currency, format);
  }
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  const text = String(amount).padStart(digits + 1, '0');
  const cut = text.length - digits;
  // Only digits and a point.
  return format.format((digits === 0 ? text : `${text.slice(0, cut)}.${text.slice(cut)}`) as `${number}`);
}

export function unitsText(units: number): string {
  return units === 1 ? '1 unit' : `${units} units`;
}

export function timesText(times: number): string {
  return times === 1 ? 'once' : `${times}×`;
}
