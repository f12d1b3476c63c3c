import { holdsCardNumber, isDigitsAlone, mustBeNoCard } from '@souk/contracts/card-number';
import { type PlacedText, textsWhere } from '@souk/contracts/values-by-schema';
import type { TSchema } from '@sinclair/typebox';
import { fieldsRefused } from '../problems/problem.ts';

const LOOKED_THROUGH = textsWhere(mustBeNoCard);

/** True when bodies of this schema are searched. */
export function mayHoldCardNumbers(schema: TSchema): boolean {
  return LOOKED_THROUGH.canBeIn(schema);
}

/**
 * Refuses card numbers in the texts that the contract marks: free text must not keep one, not even by mistake. Throws the 422
 * problem that names the fields.
 */
export function refuseCardNumbers(schema: TSchema, body: unknown): void {
  const texts = LOOKED_THROUGH.of(schema, body);
  const found = texts.filter(({ text }) => holdsCardNumber(text));
  const errors = (found.length > 0 ? found : splitOver(texts)).map(({ pointer }) => ({ pointer, detail: 'holds what looks like a card number' }));
  if (errors.length > 0) throw fieldsRefused('card-number-refused', errors, 'leave the number out');
}

/** Fields of digits alone that, in their order, together make a card number. */
function splitOver(texts: readonly PlacedText[]): readonly PlacedText[] {
  const parts = texts.filter(({ text }) => isDigitsAlone(text));
  return parts.length > 1 && holdsCardNumber(parts.map(({ text }) => text).join(' ')) ? parts : [];
}
