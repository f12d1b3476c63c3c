import type { FieldError } from '@souk/contracts/problem';
import { type TSchema, TypeGuard } from '@sinclair/typebox';
import { type ValueError, ValueErrorType as Wrong } from '@sinclair/typebox/errors';
import { Value } from '@sinclair/typebox/value';
import { isPlainObject } from '../bodies/plain-object.ts';
import { FIELDS_TOLD, fieldsRefused, type Problem } from './problem.ts';
import { valueSentence } from './value-sentence.ts';

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

/** Errors of single values. For `T | null` they are the errors of the value as a `T`. */
function* leaves(errors: Iterable<ValueError>): Iterable<ValueError> {
  for (const error of errors) {
    const { schema, errors: options } = error;
    const inside = TypeGuard.IsUnion(schema) ? schema.anyOf.findIndex((option) => !TypeGuard.IsNull(option)) : -1;
    const isNullable = TypeGuard.IsUnion(schema) && schema.anyOf.length === 2 && schema.anyOf.some((option) => TypeGuard.IsNull(option));
    const own = options[inside];
    if (isNullable && own !== undefined) yield* leaves(own);
    else yield error;
  }
}
