import { problem } from '@souk/chassis/http/problem';
import { holdsCardNumber } from '@souk/contracts/card-number';

/** A card number must not even be kept by mistake. Throws the 422 problem that names the fields. */
export function refuseCardNumbers(fields: Readonly<Record<string, string | undefined>>): void {
  const errors = Object.entries(fields)
    .filter(([, text]) => text !== undefined && holdsCardNumber(text))
    .map(([name]) => ({ pointer: `/${name}`, detail: 'holds what looks like a card number' }));
  if (errors.length > 0) throw problem('card-number-refused', { errors });
}
