import { isUuid } from '@souk/contracts/strings';
import { type TSchema, TypeGuard } from '@sinclair/typebox';
import { isPlainObject } from '../bodies/plain-object.ts';

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
