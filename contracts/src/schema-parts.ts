import { KindGuard, type TSchema, type TUnion } from '@sinclair/typebox';

/** The direct parts of a schema. TypeBox's own guards would check everything below them each time. */
export function partsOf(schema: TSchema): readonly TSchema[] {
  const { items, anyOf } = schema as { items?: TSchema; anyOf?: readonly TSchema[] };
  return [...Object.values(propertiesOf(schema)), ...valuesOf(schema), ...(items === undefined ? [] : [items]), ...(anyOf ?? [])];
}

export function propertiesOf(schema: TSchema): Readonly<Record<string, TSchema>> {
  return (schema['properties'] ?? {}) as Readonly<Record<string, TSchema>>;
}

/** The schema of a member of an object or a map, or of an item of a list. Undefined: the schema does not name it. */
export function partAt(schema: TSchema, name: string): TSchema | undefined {
  const known = propertiesOf(schema);
  if (Object.hasOwn(known, name)) return known[name];
  return (schema['items'] as TSchema | undefined) ?? valuesOf(schema)[0];
}

export function isUnion(schema: TSchema): schema is TUnion {
  return KindGuard.IsUnion(schema);
}

/** The alternative that a value belongs to, as far as its type tells. */
export function branchFor({ anyOf }: TUnion, value: unknown): TSchema | undefined {
  return anyOf.find(({ type }) => type === undefined || type === typeOf(value));
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The schemas of a map's values. */
function valuesOf(schema: TSchema): readonly TSchema[] {
  return Object.values((schema['patternProperties'] ?? {}) as Readonly<Record<string, TSchema>>);
}
