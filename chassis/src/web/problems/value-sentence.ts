import { type TSchema, TypeGuard } from '@sinclair/typebox';
import { type ValueError, ValueErrorType as Wrong } from '@sinclair/typebox/errors';

/**
 * The rest of a sentence that begins with a field: "must be ...". A text that must fit a pattern is described by its schema's
 * `description`, as no caller should have to read a pattern. Values never appear: a password or a token would come back in an
 * answer that may be logged.
 */
export function valueSentence(error: ValueError): string {
  const { type, schema } = error;
  switch (type) {
    case Wrong.ObjectRequiredProperty:
      return 'is missing';
    case Wrong.ObjectAdditionalProperties:
      return TypeGuard.IsRecord(schema) ? `is not a name that is taken: there are ${wordsOf(schema)}` : 'is not a known field';
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
