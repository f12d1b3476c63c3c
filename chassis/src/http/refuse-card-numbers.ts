import { holdsCardNumber, mustBeNoCard } from '@souk/contracts/card-number';
import { textsWhere } from '@souk/contracts/personal-values';
import type { TSchema } from '@sinclair/typebox';
import { fieldsRefused } from './problem.ts';

const LOOKED_THROUGH = textsWhere(mustBeNoCard);

/** True when bodies of this schema are looked through. */
export function mayHoldCardNumbers(schema: TSchema): boolean {
  return LOOKED_THROUGH.canBeIn(schema);
}

/** Free text must not keep a card number, not even by mistake: the contract's marks say which. Throws the 422 problem that names the fields. */
export function refuseCardNumbers(schema: TSchema, body: unknown): void {
  const errors = LOOKED_THROUGH.of(schema, body)
    .filter(({ text }) => holdsCardNumber(text))
    .map(({ pointer }) => ({ pointer, detail: 'holds what looks like a card number' }));
  if (errors.length > 0) throw fieldsRefused('card-number-refused', errors, 'leave the number out');
}
