import { type TObject, type TSchema, TypeGuard } from '@sinclair/typebox';

type Query = Readonly<Record<string, unknown>>;
type QueryReader = (query: Query) => Record<string, unknown>;

const NUMBER = /^-?\d{1,15}(?:\.\d{1,9})?$/;

/**
 * Contracts write queries in plain TypeBox: `?limit=5` has to become a number before it is validated, and parameters that
 * the schema does not name are left out, because they are ignored.
 */
export function queryReaders(
  schemaOf: (method: string, route: string) => TSchema | undefined,
): (method: string, route: string) => QueryReader | undefined {
  const readers = new Map<TSchema, QueryReader>();
  return (method, route) => {
    const schema = schemaOf(method, route);
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
  return (query) => {
    const read: Record<string, unknown> = {};
    for (const [name, schema] of parameters) {
      const value = query[name];
      if (value !== undefined) read[name] = typeof value === 'string' ? coerced(value, schema) : value;
    }
    return read;
  };
}

/** What cannot be coerced stays text, and is refused as such. */
function coerced(value: string, schema: TSchema): unknown {
  if ((TypeGuard.IsInteger(schema) || TypeGuard.IsNumber(schema)) && NUMBER.test(value)) return Number(value);
  if (TypeGuard.IsBoolean(schema) && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
