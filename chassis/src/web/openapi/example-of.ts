import { isPlainObject } from '../json-values.ts';

/** Enough for all our documents; a schema that contains itself ends here. */
const DEPTH_LIMIT = 8;
/** Lists from this depth on are empty, unless `minItems` asks for more; a tree still shows a child of a child. */
const LIST_DEPTH_LIMIT = 5;

const OF_FORMAT: Readonly<Record<string, string>> = {
  uuid: '01930000-0000-7000-8000-000000000001',
  'date-time': '2026-01-31T12:00:00.000Z',
  email: 'anna@example.com',
  'idn-email': 'anna@example.com',
  currency: 'EUR',
  country: 'DE',
};

/**
 * An example value of a schema, always the same one: the schema's own example or default if it has one, otherwise a value that
 * fits its type and limits. A pattern that `example` does not fit needs its own `examples` in the contract; a test finds it.
 */
export function exampleOf(schema: unknown, depth = 0): unknown {
  if (!isPlainObject(schema) || depth > DEPTH_LIMIT) return null;
  const own = Array.isArray(schema['examples']) ? schema['examples'] : [];
  if (own.length > 0) return own[0];
  if ('const' in schema) return schema['const'];
  if ('default' in schema) return schema['default'];
  for (const options of [schema['enum'], schema['anyOf'], schema['oneOf']]) {
    if (!Array.isArray(options)) continue;
    return options === schema['enum'] ? options[0] : exampleOf(options[0], depth + 1);
  }
  if (Array.isArray(schema['allOf'])) {
    return Object.assign({}, ...schema['allOf'].map((part: unknown) => exampleOf(part, depth + 1)));
  }
  return ofType(schema, depth);
}

function ofType(schema: Readonly<Record<string, unknown>>, depth: number): unknown {
  switch (schema['type']) {
    case 'object':
      return objectOf(schema, depth);
    case 'array': {
      const length = Math.max(depth < LIST_DEPTH_LIMIT ? 1 : 0, Number(schema['minItems'] ?? 0));
      return Array.from({ length }, () => exampleOf(schema['items'], depth + 1));
    }
    case 'integer':
    case 'number':
      return Math.max(1, Number(schema['minimum'] ?? 1));
    case 'boolean':
      return true;
    case 'string':
      return textOf(schema);
    default:
      return null;
  }
}

function objectOf({ properties }: Readonly<Record<string, unknown>>, depth: number): object {
  if (!isPlainObject(properties)) return {};
  return Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, exampleOf(member, depth + 1)]));
}

function textOf({ format, minLength = 0, pattern }: Readonly<Record<string, unknown>>): string {
  const known = typeof format === 'string' ? OF_FORMAT[format] : undefined;
  if (known !== undefined) return known;
  const text = 'example'.padEnd(Number(minLength), '-');
  return typeof pattern === 'string' && !new RegExp(pattern, 'u').test(text) ? patterned(pattern) : text;
}

/** Texts that fit our patterns. */
const OTHERS = ['"1"', 'urn:souk:problem:validation', 'DE', 'EUR', '4242', 'e'.repeat(43)];

function patterned(pattern: string): string {
  const wanted = new RegExp(pattern, 'u');
  return OTHERS.find((text) => wanted.test(text)) ?? 'example';
}
