import { isPersonal, partsOf, propertiesOf } from '@souk/contracts/schema';

type TSchema = Parameters<typeof isPersonal>[0];

/** Names of the fields, at any depth, that the contract marks as personal. */
export function personalFields(schema: TSchema): readonly string[] {
  const own = Object.entries(propertiesOf(schema)).flatMap(([name, part]) => (isWholly(part) ? [name] : []));
  return [...own, ...partsOf(schema).flatMap(personalFields)];
}

/** Also a text that may be null. */
function isWholly(schema: TSchema): boolean {
  return isPersonal(schema) || ('anyOf' in schema && partsOf(schema).some(isWholly));
}
