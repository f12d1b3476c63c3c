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

/** `84 ms`, `3.2 s`, `2 min 5 s`, `3 h 10 min`, `2 d 4 h`. Milliseconds below zero count as zero. */
export function durationText(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < 1000) return `${whole} ms`;
  if (whole < 10_000) return `${(Math.floor(whole / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(whole / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  if (seconds < 86_400) return pair(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'min');
  return pair(Math.floor(seconds / 86_400), 'd', Math.floor((seconds % 86_400) / 3600), 'h');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

export function timesText(times: number): string {
  return times === 1 ? 'once' : `${times}×`;
}
