import { KindGuard, OptionalKind, type TSchema } from '@sinclair/typebox';
import { branchFor, holdsPersonal, inheriting, isPersonal, isUnion, partAt, partsOf, propertiesOf } from './schema.ts';

/** Replaces personal text that could not be left out. */
export const ERASED = 'erased';

/** A text in a value and its place (JSON Pointer). */
export interface PlacedText {
  readonly pointer: string;
  readonly text: string;
}

interface Texts {
  /** True when a value of this schema can hold such a text. */
  canBeIn(schema: TSchema): boolean;
  of(schema: TSchema, value: unknown): readonly PlacedText[];
}

/** Finds the texts in values whose own schema is `wanted`. Parts that cannot hold one are skipped. */
export function textsWhere(wanted: (schema: TSchema) => boolean): Texts {
  const known = new WeakMap<TSchema, boolean>();

  function canBeIn(schema: TSchema): boolean {
    let some = known.get(schema);
    if (some === undefined) {
      some = wanted(schema) || partsOf(schema).some((part) => canBeIn(inheriting(schema, part)));
      known.set(schema, some);
    }
    return some;
  }

  function find(schema: TSchema, value: unknown, at: string): readonly PlacedText[] {
    if (value === null || value === undefined || !canBeIn(schema)) return [];
    if (isUnion(schema)) {
      const branch = branchFor(schema, value);
      return branch === undefined ? [] : find(inheriting(schema, branch), value, at);
    }
    if (typeof value === 'string') return wanted(schema) ? [{ pointer: at, text: value }] : [];
    if (typeof value !== 'object') return [];
    return Object.entries(value).flatMap(([name, member]) => {
      const part = partAt(schema, name);
      return part === undefined ? [] : find(inheriting(schema, part), member, `${at}/${escaped(name)}`);
    });
  }

  return { canBeIn, of: (schema, value) => find(schema, value, '') };
}

const PERSONAL_TEXTS = textsWhere(isPersonal);

const SAYS_SOMETHING = /[\p{L}\p{N}]/u;

/** Every personal text in a value, except erased ones, and ones without a letter or a digit, which describe nobody. */
export function personalTexts(schema: TSchema, value: unknown): readonly PlacedText[] {
  return PERSONAL_TEXTS.of(schema, value).filter(({ text }) => text !== ERASED && SAYS_SOMETHING.test(text));
}

/** The value without personal data: optional fields are left out, required ones say `erased`. */
export function withoutPersonal<T>(schema: TSchema, value: T): T {
  // Every step returns what it was given, or less of it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return stripped(schema, value) as T;
}

function stripped(schema: TSchema, value: unknown): unknown {
  if (value === null || value === undefined || !holdsPersonal(schema)) return value;
  if (isUnion(schema)) {
    const branch = branchFor(schema, value);
    if (branch === undefined || !holdsPersonal(inheriting(schema, branch))) return value;
    return isPersonal(inheriting(schema, branch)) && schema.anyOf.some(KindGuard.IsNull) ? null : stripped(inheriting(schema, branch), value);
  }
  if (Array.isArray(value)) return isPersonal(schema) ? [] : value.map((item) => stripped(partAt(schema, '') ?? schema, item));
  if (typeof value === 'object') return strippedObject(schema, value);
  if (typeof value === 'string') return ERASED;
  throw new TypeError('only texts, and what is made of texts, can be personal');
}

function strippedObject(schema: TSchema, value: object): object {
  const kept = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const part = partAt(schema, name);
    if (part === undefined) return [[name, member]];
    const whole = inheriting(schema, part);
    const canGo = isPersonal(whole) && (OptionalKind in part || !Object.hasOwn(propertiesOf(schema), name));
    return canGo ? [] : [[name, stripped(whole, member)]];
  });
  return Object.fromEntries(kept);
}

/** RFC 6901 */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Places (JSON Pointers) of a value that its schema does not name. Events are open, so such fields pass every check. */
export function unnamedPlaces(schema: TSchema, value: unknown, at = ''): readonly string[] {
  return membersOf(schema, value).flatMap(({ name, part, member }) => {
    const here = `${at}/${name}`;
    return part === undefined ? [here] : unnamedPlaces(part, member, here);
  });
}

/** The value without what its schema does not name. */
export function withoutUnnamed(schema: TSchema, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const named = membersOf(schema, value).flatMap(({ name, part, member }): [string, unknown][] =>
    part === undefined ? [] : [[name, withoutUnnamed(part, member)]],
  );
  return Array.isArray(value) ? named.map(([, member]) => member) : Object.fromEntries(named);
}

function membersOf(schema: TSchema, value: unknown) {
  if (typeof value !== 'object' || value === null) return [];
  const one = isUnion(schema) ? branchFor(schema, value) : schema;
  return Object.entries(value).map(([name, member]) => ({ name, member, part: one && partAt(one, name) }));
}
