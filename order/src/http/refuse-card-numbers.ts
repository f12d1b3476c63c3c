import { problem } from '@souk/chassis/http/problem';
import { holdsCardNumber } from '@souk/contracts/card-number';

/** Throws the 422 problem when a text could hold a card number. `at`: pointer of the object the fields are in. */
export function refuseCardNumbers(at: string, fields: Readonly<Record<string, string | undefined>>): void {
  const errors = Object.entries(fields)
    .filter(([, text]) => text !== undefined && holdsCardNumber(text))
    .map(([name]) => ({ pointer: `${at}/${name}`, detail: 'looks like a card number' }));
  if (errors.length > 0) throw problem('card-number-refused', { errors });
}
