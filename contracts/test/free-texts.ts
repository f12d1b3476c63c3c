import { type TSchema, TypeGuard } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { isMarked } from '../src/schema.ts';
import { everySchema } from './every-schema.ts';

/** Texts that people write of themselves; a schema that takes one of these is free text. */
const OF_PEOPLE = ['Zoë Müller', 'Zoë Müller, Lange Gasse 1, 1080 Wien', '+43 1 2345678', 'zoe@example.com'];

/** The places of free text in contracts that nobody has marked. `strings.ts` only makes kinds of text, so it is left out. */
export async function unmarkedTexts(): Promise<readonly string[]> {
  const free = (await everySchema()).filter(({ place, schema }) => isFreeText(schema) && !place.startsWith('strings.ts '));
  if (free.length === 0) throw new Error('no contract has free text');
  return free.filter(({ schema }) => !isMarked(schema)).map(({ place }) => place);
}

function isFreeText(schema: TSchema): boolean {
  return TypeGuard.IsString(schema) && OF_PEOPLE.some((text) => Value.Check(schema, text));
}
