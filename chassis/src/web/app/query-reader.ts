import { type TObject, type TSchema, TypeGuard } from '@sinclair/typebox';
import { requireDecodable } from './text-encoding.ts';

type Query = Readonly<Record<string, unknown>>;
type QueryReader = (query: Query, url: string) => Record<string, unknown>;

/** Our queries have no fractions, and 15 digits are exact in a double. */
const WHOLE = /^-?\d{1,15}$/;

/**
 * Contracts write queries in plain TypeBox, so `?limit=5` has to become a number before validation. Parameters that the schema
 * does not name are left out, because they are ignored.
 */
export function queryReaders(): (schema: TSchema | undefined) => QueryReader | undefined {
  const readers = new Map<TSchema, QueryReader>();
  return (schema) => {
    if (schema === undefined || !TypeGuard.IsObject(schema)) return undefined;
    let reader = readers.get(schema);
    if (reader === undefined) {
      reader = readerFor(schema);
      readers.set(schema, reader);
    }
    return reader;
  };
}

function readerFor({ properties }: TObject): QueryReader {
  const parameters = Object.entries(properties);
  return (query, url) => {
    requireDecodable(url, (name) => Object.hasOwn(properties, name));
    const read: Record<string, unknown> = {};
    for (const [name, schema] of parameters) {
      const value = query[name];
      if (value !== undefined) read[name] = typeof value === 'string' ? coerced(value, schema) : value;
    }
    return read;
  };
}

/** A text that is not a number for us must not stay text: Elysia would convert it, accept `1e1` and `0x10`, and fail on `1.5e0`. */
function coerced(value: string, schema: TSchema): unknown {
  if (TypeGuard.IsInteger(schema) || TypeGuard.IsNumber(schema)) return WHOLE.test(value) ? Number(value) : Number.NaN;
  if (TypeGuard.IsBoolean(schema) && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
