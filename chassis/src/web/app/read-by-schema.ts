import { type TObject, type TSchema, TypeGuard } from '@sinclair/typebox';
import type { FieldError } from '@souk/contracts/problem';
import { isUuid } from '@souk/contracts/strings';
import { isPlainObject } from '../json-values.ts';
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

/** Routes for operators: a misspelt filter must not look as if there were nothing to find. */
export const STRICT_PATHS = '/ops/';

const NONE: readonly FieldError[] = [];

/** Query parameters that the route does not have; outside of `/ops` they are ignored. */
export function unknownParameters(route: string, url: string, schema: TSchema | undefined): readonly FieldError[] {
  if (!route.startsWith(STRICT_PATHS) || !url.includes('?')) return NONE;
  const known = schema !== undefined && TypeGuard.IsObject(schema) ? Object.keys(schema.properties) : [];
  const asked = new Set(new URL(url).searchParams.keys());
  const detail = known.length === 0 ? 'is not known here: this route takes no parameters' : `is not known here: this route takes ${known.join(', ')}`;
  return [...asked].filter((name) => !known.includes(name)).map((name) => ({ pointer: `?${name}`, detail }));
}

type Rewrite = (value: unknown) => unknown;

/** Applies `lowerCaseIds` to values of routes' schemas; a schema is analysed when its first value arrives. */
export function idReaders(): (schema: TSchema | undefined, value: unknown) => void {
  const known = new Map<TSchema, Rewrite | undefined>();
  return (schema, value) => {
    if (schema === undefined) return;
    if (!known.has(schema)) known.set(schema, lowerCaseIds(schema));
    known.get(schema)?.(value);
  };
}

/**
 * Makes a function that turns every UUID in a value, where the schema has one, into lower case. RFC 9562 allows either case on
 * input; all code behind the routes compares ids as text. It changes the value in place and leaves alone text that is not a
 * UUID, which is refused later. undefined: the schema has no ids.
 */
export function lowerCaseIds(schema: TSchema): Rewrite | undefined {
  if (TypeGuard.IsString(schema)) return schema.format === 'uuid' ? lowerCase : undefined;
  if (TypeGuard.IsArray(schema)) return inList(lowerCaseIds(schema.items));
  if (TypeGuard.IsUnion(schema)) return inTurn(schema.anyOf);
  if (TypeGuard.IsRecord(schema)) return inMembers(Object.values(schema.patternProperties).map((member) => lowerCaseIds(member)));
  if (TypeGuard.IsObject(schema)) return inFields(Object.entries(schema.properties));
  return undefined;
}

function lowerCase(value: unknown): unknown {
  return typeof value === 'string' && isUuid(value) ? value.toLowerCase() : value;
}

function inList(rewrite: Rewrite | undefined): Rewrite | undefined {
  if (rewrite === undefined) return undefined;
  return (value) => {
    if (!Array.isArray(value)) return value;
    for (const [at, member] of value.entries()) value[at] = rewrite(member);
    return value;
  };
}

function inTurn(options: readonly TSchema[]): Rewrite | undefined {
  const rewrites = options.flatMap((option) => lowerCaseIds(option) ?? []);
  if (rewrites.length === 0) return undefined;
  return (value) => rewrites.reduce((read, rewrite) => rewrite(read), value);
}

function inFields(properties: readonly (readonly [string, TSchema])[]): Rewrite | undefined {
  const fields = properties.flatMap(([name, schema]) => {
    const rewrite = lowerCaseIds(schema);
    return rewrite === undefined ? [] : [{ name, rewrite }];
  });
  if (fields.length === 0) return undefined;
  return (value) => {
    if (!isPlainObject(value)) return value;
    const known: Record<string, unknown> = value;
    for (const { name, rewrite } of fields) if (Object.hasOwn(known, name)) known[name] = rewrite(known[name]);
    return known;
  };
}

function inMembers(members: readonly (Rewrite | undefined)[]): Rewrite | undefined {
  const [rewrite] = members;
  if (rewrite === undefined) return undefined;
  return (value) => {
    if (!isPlainObject(value)) return value;
    const known: Record<string, unknown> = value;
    for (const name of Object.keys(known)) known[name] = rewrite(known[name]);
    return known;
  };
}
