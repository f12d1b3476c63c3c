import type { Money } from '@souk/contracts/money';

/** `€19.99`, exact for every amount: no float is made on the way. */
export function moneyText({ amount, currency }: Money): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  const text = String(amount).padStart(digits + 1, '0');
  const decimal = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  // Only digits, which a template type cannot express for text that was cut.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return format.format(decimal as `${number}`);
}

export function unitsText(units: number): string {
  return units === 1 ? '1 unit' : `${units} units`;
}

export function timesText(times: number): string {
  return times === 1 ? 'once' : `${times}×`;
}
