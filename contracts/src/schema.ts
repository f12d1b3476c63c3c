import { KindGuard, type TLiteral, type TObject, type TProperties, type TSchema, type TUnion, Type } from '@sinclair/typebox';

/** An object that refuses fields it does not name: for what HTTP sends and receives. */
export function closed<P extends TProperties>(properties: P): TObject<P> {
  noteMarked(properties);
  return Type.Object(properties, { additionalProperties: false });
}

/** The same fields, but others are allowed: for events, because a reader must accept fields that are added later. */
export function open<P extends TProperties>(schema: TObject<P>): TObject<P> {
  return Type.Object(schema.properties);
}

export function nullable<S extends TSchema>(schema: S) {
  return Type.Union([schema, Type.Null()]);
}

type LiteralsOf<V extends readonly string[]> = { -readonly [K in keyof V]: TLiteral<V[K]> };

export function oneOf<const V extends readonly string[]>(...values: V) {
  // `map` loses the place of each value; the mapped type restores it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Type.Union(values.map((value) => Type.Literal(value))) as unknown as TUnion<LiteralsOf<V>>;
}

/** The annotation, which readers of the documents see too. */
const PERSONAL = 'x-personal';
/** Internal marks: they do not reach a document. */
const IMPERSONAL = Symbol('impersonal');
const SECRET = Symbol('secret');

/**
 * Marks data about a person, or free text that may be. Everything that handles personal data relies on this mark: erasure, the card-number rule,
 * redaction in logs and dead letters, `verify`. It is set on a text, or on what is made of texts.
 */
export function personal<S extends TSchema>(schema: S): S {
  return { ...schema, [PERSONAL]: true };
}

/** Marks free text about goods, parcels or machines. A text without either mark fails a test. */
export function impersonal<S extends TSchema>(schema: S): S {
  return { ...schema, [IMPERSONAL]: true };
}

/** Marks a value that proves who somebody is, or gives access: never logged, and stored as a hash at most. */
export function secret<S extends TSchema>(schema: S): S {
  return { ...schema, [SECRET]: true };
}

export function isPersonal(schema: TSchema): boolean {
  return schema[PERSONAL] === true;
}

function isSecret(schema: TSchema): boolean {
  return SECRET in schema;
}

/** True when the schema has one of the marks. */
export function isMarked(schema: TSchema): boolean {
  return isPersonal(schema) || IMPERSONAL in schema || isSecret(schema);
}

/** Parts of something personal are personal, and alternatives of something impersonal are impersonal, unless marked otherwise. */
export function inheriting(whole: TSchema, part: TSchema): TSchema {
  if (isMarked(part)) return part;
  if (isPersonal(whole)) return personal(part);
  return IMPERSONAL in whole && isUnion(whole) ? impersonal(part) : part;
}

const holders = new WeakMap<TSchema, boolean>();

/** True when a value of this schema can hold something personal. */
export function holdsPersonal(schema: TSchema): boolean {
  let holds = holders.get(schema);
  if (holds === undefined) {
    holds = isPersonal(schema) || partsOf(schema).some(holdsPersonal);
    holders.set(schema, holds);
  }
  return holds;
}

const noted = new Set<string>();
/** Values that contracts name, by field name. */
const words = new Map<string, Set<unknown>>();

/** Records the marked names and the named values; called for every object that goes over HTTP, when it is declared. */
function noteMarked(properties: TProperties): void {
  for (const [name, schema] of Object.entries(properties)) {
    if (isWithheld(schema)) noted.add(name);
    for (const word of wordsIn(schema)) words.set(name, (words.get(name) ?? new Set()).add(word));
  }
}

/** True when a field of this name is personal or secret in a contract that this process has loaded. */
export function isMarkedName(name: string): boolean {
  return noted.has(name);
}

/** True when a contract that this process has loaded names this value as one that a field of this name may have. */
export function isContractWord(name: string, value: unknown): boolean {
  return words.get(name)?.has(value) === true;
}

function wordsIn(schema: TSchema): readonly unknown[] {
  if (isUnion(schema)) return schema.anyOf.flatMap(wordsIn);
  return 'const' in schema ? [schema['const']] : [];
}

/** True when the schema is personal or secret, or a union with such an alternative, such as a name that may be null. */
function isWithheld(schema: TSchema): boolean {
  if (isUnion(schema)) return schema.anyOf.some(isWithheld);
  return isPersonal(schema) || isSecret(schema);
}

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
