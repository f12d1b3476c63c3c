import { problem } from '@souk/chassis/http/problem';
import { holdsCardNumber } from '@souk/contracts/card-number';

/** Throws the 422 problem when a text of the body could hold a card number. */
export function refuseCardNumbers(body: object): void {
  const errors = Object.entries(body)
    .filter(([, text]) => typeof text === 'string' && holdsCardNumber(text))
    .map(([name]) => ({ pointer: `/${name}`, detail: 'looks like a card number' }));
  if (errors.length > 0) throw problem('card-number-refused', { errors });
}
