import type { TSchema } from '@sinclair/typebox';
import type { Document } from 'mongodb';

/** Keywords with the same meaning in both. */
const SAME = new Set([
  'required', 'additionalProperties', 'minItems', 'maxItems', 'uniqueItems', 'minLength', 'maxLength', 'minimum', 'maximum',
  'multipleOf', 'minProperties', 'maxProperties', 'enum', 'title', 'description',
]);

/** Keywords that MongoDB does not have; the code that made the value has checked it against the contract. */
const LEFT_OUT = new Set(['format', 'examples', 'default', 'x-unit', 'x-personal']);

const NUMBER = ['int', 'long', 'double'];

/**
 * A TypeBox schema as MongoDB's `$jsonSchema` (draft 4 with BSON types), never stricter than the former. Throws for an
 * unknown keyword, so that nothing of a contract is lost unnoticed.
 */
export function bsonSchema(schema: TSchema): Document {
  return Object.assign({}, ...Object.entries(schema).map(([name, value]) => translated(name, value)));
}

function translated(name: string, value: unknown): Document {
  if (SAME.has(name) && !isSchema(value)) return { [name]: value };
  if (LEFT_OUT.has(name) || name.startsWith('$')) return {};
  switch (name) {
    case 'type':
      return bsonType(value);
    case 'const':
      return { enum: [value] };
    case 'properties':
    case 'patternProperties':
      return { [name]: mapped(value as Record<string, TSchema>) };
    case 'anyOf':
    case 'allOf':
      return { [name]: (value as TSchema[]).map(bsonSchema) };
    case 'items':
    case 'additionalProperties':
      return { [name]: bsonSchema(value as TSchema) };
    case 'exclusiveMinimum':
      return { minimum: value, exclusiveMinimum: true };
    case 'exclusiveMaximum':
      return { maximum: value, exclusiveMaximum: true };
    case 'pattern':
      return { pattern: pcre(String(value)) };
    default:
      throw new TypeError(`a validator cannot say "${name}"`);
  }
}

/** The driver stores an integer as `int` while it fits, as `double` beyond; a later server-side change can make it `long`. */
function bsonType(type: unknown): Document {
  switch (type) {
    case 'integer':
      return { bsonType: NUMBER, multipleOf: 1 };
    case 'number':
      return { bsonType: NUMBER };
    case 'boolean':
      return { bsonType: 'bool' };
    case 'string':
    case 'object':
    case 'array':
    case 'null':
      return { bsonType: type };
    default:
      throw new TypeError(`a validator knows no type "${String(type)}"`);
  }
}

function mapped(schemas: Readonly<Record<string, TSchema>>): Document {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, bsonSchema(schema)]));
}

/** PCRE has a different notation for a code unit. */
function pcre(pattern: string): string {
  return pattern.replaceAll(/\\u([0-9a-fA-F]{4})/g, '\\x{$1}');
}

function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
