import type { TProperties, TSchema } from '@sinclair/typebox';
import { isUnion, partsOf } from './schema-parts.ts';

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
export function noteMarked(properties: TProperties): void {
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
