import type { TSchema } from '@sinclair/typebox';
import { isSchema } from '../app/route-schemas.ts';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly hooks: { readonly body?: unknown };
}

/** Fails the start if a body schema would let unknown fields through: callers rely on being told of their mistakes. */
export function requireClosedBodies(routes: readonly Route[]): void {
  for (const { method, path, hooks } of routes) {
    if (!isSchema(hooks.body)) continue;
    const open = openPlace(hooks.body, '');
    if (open !== undefined) throw new Error(`the body of ${method} ${path} accepts unknown fields at '${open}'`);
  }
}

function openPlace(schema: TSchema, place: string): string | undefined {
  if (schema['type'] === 'object' && !('additionalProperties' in schema) && !('patternProperties' in schema))
    return place;
  if (Array.isArray(schema['allOf']) && schema['unevaluatedProperties'] !== false) return place;
  for (const keyword of ['properties', 'patternProperties'] as const) {
    for (const [name, member] of Object.entries(asRecord(schema[keyword]))) {
      const found = isSchema(member) ? openPlace(member, `${place}/${name}`) : undefined;
      if (found !== undefined) return found;
    }
  }
  for (const part of [schema['items'], ...asList(schema['anyOf'])]) {
    const found = isSchema(part) ? openPlace(part, place) : undefined;
    if (found !== undefined) return found;
  }
  return schema['additionalProperties'] === true ? place : undefined;
}

function asRecord(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
