import type { TSchema } from '@sinclair/typebox';
import { branchFor, isUnion, partAt } from './schema-parts.ts';

/** Places (JSON Pointers) of a value that its schema does not name. Events are open, so such fields pass every check. */
export function unnamedPlaces(schema: TSchema, value: unknown, at = ''): readonly string[] {
  return membersOf(schema, value).flatMap(({ name, part, member }) => {
    const here = `${at}/${name}`;
    return part === undefined ? [here] : unnamedPlaces(part, member, here);
  });
}

/** The value without what its schema does not name. */
export function withoutUnnamed(schema: TSchema, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const named = membersOf(schema, value).flatMap(({ name, part, member }): [string, unknown][] =>
    part === undefined ? [] : [[name, withoutUnnamed(part, member)]],
  );
  return Array.isArray(value) ? named.map(([, member]) => member) : Object.fromEntries(named);
}

function membersOf(schema: TSchema, value: unknown) {
  if (typeof value !== 'object' || value === null) return [];
  const one = isUnion(schema) ? branchFor(schema, value) : schema;
  return Object.entries(value).map(([name, member]) => ({ name, member, part: one && partAt(one, name) }));
}
