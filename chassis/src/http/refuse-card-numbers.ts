import { holdsCardNumber } from '@souk/contracts/card-number';
import { fieldsRefused } from './problem.ts';

/**
 * Free text must not keep a card number, not even by mistake. Throws the 422 problem that names the fields.
 * `at`: JSON Pointer of the object that they are in.
 */
export function refuseCardNumbers(fields: Readonly<Record<string, unknown>>, at = ''): void {
  const errors = Object.entries(fields)
    .filter(([, text]) => typeof text === 'string' && holdsCardNumber(text))
    .map(([name]) => ({ pointer: `${at}/${name}`, detail: 'holds what looks like a card number' }));
  if (errors.length > 0) throw fieldsRefused('card-number-refused', errors, 'leave the number out');
}
