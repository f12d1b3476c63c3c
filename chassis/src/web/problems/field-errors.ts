import { type TSchema, Type, TypeGuard } from '@sinclair/typebox';
import { type ValueError, ValueErrorType as Wrong } from '@sinclair/typebox/errors';
import { Value } from '@sinclair/typebox/value';
import type { AskedAddress } from '@souk/contracts/address';
import { addressRules } from '@souk/contracts/address-rules';
import { holdsCardNumber, isDigitsAlone, mustBeNoCard } from '@souk/contracts/card-number';
import type { FieldError } from '@souk/contracts/problem';
import { type PlacedText, textsWhere } from '@souk/contracts/values-by-schema';
import { isPlainObject } from '../json-values.ts';
import { FIELDS_TOLD, fieldsRefused, type Problem } from './problem.ts';

interface Validated {
  readonly schema: TSchema | undefined;
  readonly value: unknown;
}

/** The 422 problem for the errors of a body and a query; undefined when both are valid. */
export function validationProblem(body: Validated, query: Validated): Problem | undefined {
  const errors = [
    ...fieldErrors(body, (path) => path),
    ...fieldErrors(query, (path) => `?${path.split('/')[1] ?? ''}`),
  ];
  return errors.length === 0 ? undefined : fieldsRefused('validation', errors);
}

/**
 * The first invalid parameter of a path and the reason, as the beginning of a sentence. Elysia gives null for a parameter that
 * it cannot decode.
 */
export function wrongInPath(schema: TSchema | undefined, params: unknown): string {
  const [first] = fieldErrors({ schema, value: params }, (path) => path.slice(1));
  if (first === undefined) return 'The path cannot be read';
  const isUnread = isPlainObject(params) && params[first.pointer] === null;
  const why = isUnread ? 'is not percent-encoded UTF-8' : first.detail;
  return `The ${first.pointer} in the path ${why}`;
}

/** One entry per place: TypeBox reports a missing field as missing and as of the wrong type. */
function fieldErrors({ schema, value }: Validated, toPointer: (path: string) => string): FieldError[] {
  if (schema === undefined) return [];
  const errors = new Map<string, string>();
  for (const error of leaves(Value.Errors(schema, value))) {
    const pointer = toPointer(error.path);
    if (!errors.has(pointer)) errors.set(pointer, valueSentence(error));
    // The entries of a list that is too long are not checked: there may be thousands.
    if (errors.size === FIELDS_TOLD || error.type === Wrong.ArrayMaxItems) break;
  }
  return [...errors].map(([pointer, detail]) => ({ pointer, detail }));
}

/**
 * Errors of single values. For `T | null` they are the errors of the value as a `T`; for objects that a `kind` tells apart, those of the value as
 * one of its kind.
 */
function* leaves(errors: Iterable<ValueError>): Iterable<ValueError> {
  for (const error of errors) {
    const { schema, errors: options } = error;
    const ofKind = TypeGuard.IsUnion(schema) ? kindOf(schema.anyOf, error) : undefined;
    if (ofKind !== undefined) {
      yield* typeof ofKind === 'number' ? leaves(options[ofKind] ?? []) : [ofKind];
      continue;
    }
    const inside = TypeGuard.IsUnion(schema) ? schema.anyOf.findIndex((option) => !TypeGuard.IsNull(option)) : -1;
    const isNullable = TypeGuard.IsUnion(schema) && schema.anyOf.length === 2 && schema.anyOf.some((option) => TypeGuard.IsNull(option));
    const own = options[inside];
    if (isNullable && own !== undefined) yield* leaves(own);
    else yield error;
  }
}

/** The alternative that has the value's `kind`, or the error that none has; undefined where no `kind` tells the alternatives apart. */
function kindOf(options: readonly TSchema[], error: ValueError): number | ValueError | undefined {
  const kinds = options.map((option) => (TypeGuard.IsObject(option) ? option.properties['kind'] : undefined));
  if (kinds.some((kind) => kind === undefined || !TypeGuard.IsLiteral(kind))) return undefined;
  // Whatever is no object is none of any kind.
  if (!isPlainObject(error.value)) return 0;
  const { kind: value } = error.value;
  const known = kinds.findIndex((kind) => kind?.['const'] === value);
  if (known >= 0) return known;
  const type = value === undefined ? Wrong.ObjectRequiredProperty : Wrong.Union;
  return { ...error, type, path: `${error.path}/kind`, value, schema: Type.Union(kinds.filter((kind) => kind !== undefined)), errors: [] };
}

/**
 * The rest of a sentence that begins with a field: "must be ...". A text that must fit a pattern is described by its schema's
 * `description`, as no caller should have to read a pattern. Values never appear: a password or a token would come back in an
 * answer that may be logged.
 */
function valueSentence(error: ValueError): string {
  const { type, schema } = error;
  switch (type) {
    case Wrong.ObjectRequiredProperty:
      return 'is missing';
    case Wrong.ObjectAdditionalProperties:
      return TypeGuard.IsRecord(schema) ? `is not an accepted name: the field takes ${wordsOf(schema)}` : 'is not a known field';
    case Wrong.StringPattern:
    case Wrong.StringFormat:
    case Wrong.Union:
    case Wrong.Literal:
      return `must be ${wordsOf(schema)}`;
    case Wrong.ArrayUniqueItems:
      return 'must not have the same entry twice';
    default:
      return TypeGuard.IsNumber(schema) && schema.multipleOf === 1 && NOT_WHOLE.has(type) ? 'must be a whole number' : limitSentence(error);
  }
}

const NOT_WHOLE: ReadonlySet<Wrong> = new Set([Wrong.Number, Wrong.NumberMultipleOf]);

function limitSentence({ type, schema, message }: ValueError): string {
  switch (type) {
    case Wrong.StringMinLength:
      return schema['minLength'] === 1 ? 'must not be empty' : `must have ${schema['minLength']} characters at least`;
    case Wrong.StringMaxLength:
      return `must have ${schema['maxLength']} characters at most`;
    case Wrong.ArrayMinItems:
      return schema['minItems'] === 1 ? 'must not be empty' : `must have ${schema['minItems']} entries at least`;
    case Wrong.ArrayMaxItems:
      return `must have ${schema['maxItems']} entries at most`;
    case Wrong.ObjectMaxProperties:
      return `must have ${schema['maxProperties']} fields at most`;
    default:
      return comparison(message) ?? 'is not allowed here';
  }
}

/** The library's own words for numbers and types. */
function comparison(message: string): string | undefined {
  const [, than] = /^Expected \w+ to be ([a-z ]+ -?[\d.e+]+)$/.exec(message) ?? [];
  if (than !== undefined) return `must be ${than}`;
  const [, type] = /^Expected (\w+)$/.exec(message) ?? [];
  return type === undefined ? undefined : `must be of type ${type}`;
}

/** A noun for the values that a schema accepts. */
function wordsOf(schema: TSchema): string {
  if (schema.description !== undefined) return schema.description;
  if (TypeGuard.IsUnion(schema)) {
    const options = schema.anyOf.map(wordsOf);
    return schema.anyOf.every((option) => TypeGuard.IsLiteral(option)) ? `one of ${options.join(', ')}` : options.join(' or ');
  }
  if (TypeGuard.IsLiteral(schema)) return String(schema.const);
  if (TypeGuard.IsNull(schema)) return 'null';
  return typeof schema['format'] === 'string' ? `a valid ${schema['format']}` : 'of another form';
}

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

/** The address as it is stored: by the rules of its country, its telephone number as E.164. Throws the 422 problem. */
export async function readAddress<A extends AskedAddress>(address: A, at?: string): Promise<A> {
  const read = (await addressRules()).read(address, at);
  if (!read.ok) throw fieldsRefused('validation', read.errors);
  return read.value;
}
