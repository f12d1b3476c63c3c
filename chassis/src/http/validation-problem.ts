import type { FieldError } from '@souk/contracts/problem';
import { type TSchema, TypeGuard } from '@sinclair/typebox';
import { type ValueError, ValueErrorType } from '@sinclair/typebox/errors';
import { Value } from '@sinclair/typebox/value';
import { problem, type Problem } from './problem.ts';

const ERRORS_SHOWN = 50;
const WHOLE_ERRORS: ReadonlySet<ValueErrorType> = new Set([ValueErrorType.Number, ValueErrorType.NumberMultipleOf]);

interface Validated {
  readonly schema: TSchema | undefined;
  readonly value: unknown;
}

/** The 422 problem for what a body and a query have wrong; undefined when both are right. */
export function validationProblem(body: Validated, query: Validated): Problem | undefined {
  const errors = [
    ...fieldErrors(body, (path) => path),
    ...fieldErrors(query, (path) => `?${path.split('/')[1] ?? ''}`),
  ];
  return errors.length === 0 ? undefined : problem('validation', { errors: errors.slice(0, ERRORS_SHOWN) });
}

/** One entry per place: TypeBox reports a missing field as missing and as of the wrong type. */
function fieldErrors({ schema, value }: Validated, toPointer: (path: string) => string): FieldError[] {
  if (schema === undefined) return [];
  const errors = new Map<string, string>();
  for (const error of leaves(Value.Errors(schema, value))) {
    const pointer = toPointer(error.path);
    if (!errors.has(pointer)) errors.set(pointer, sentence(error));
    if (errors.size === ERRORS_SHOWN) break;
  }
  return [...errors].map(([pointer, detail]) => ({ pointer, detail }));
}

/** What is wrong inside `T | null` is said of the field inside, not of the whole. */
function* leaves(errors: Iterable<ValueError>): Iterable<ValueError> {
  for (const error of errors) {
    const { schema, value, errors: options } = error;
    const inside = TypeGuard.IsUnion(schema) ? schema.anyOf.findIndex((option) => !TypeGuard.IsNull(option)) : -1;
    const isNullable = TypeGuard.IsUnion(schema) && schema.anyOf.length === 2 && schema.anyOf.some((option) => TypeGuard.IsNull(option));
    const own = options[inside];
    if (isNullable && own !== undefined && typeof value === 'object') yield* leaves(own);
    else yield error;
  }
}

/** Values never appear: a password or a token would come back in an answer that may be logged. */
function sentence({ type, message, schema }: ValueError): string {
  if (type === ValueErrorType.ObjectRequiredProperty) return 'is missing';
  if (type === ValueErrorType.ObjectAdditionalProperties) return 'is not a known field';
  if (TypeGuard.IsUnion(schema) && schema.anyOf.every((option) => TypeGuard.IsLiteral(option))) {
    return `must be one of ${schema.anyOf.map(({ const: value }) => value).join(', ')}`;
  }
  if (TypeGuard.IsNumber(schema) && schema.multipleOf === 1 && WHOLE_ERRORS.has(type)) return 'must be a whole number';
  if (type === ValueErrorType.StringFormat) return `must be a valid ${schema['format']}`;
  return message
    .replace(/^Expected \w+ to be /, 'must be ')
    .replace(/^Expected (?:string|array) length (?:to be )?/, 'must have a length ')
    .replace(/^Expected (\w+)$/, 'must be of type $1')
    .replace(/^Expected /, 'must be ');
}
