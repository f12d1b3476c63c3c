import { type TSchema, TypeGuard } from '@sinclair/typebox';
import { Glob } from 'bun';
import { join } from 'node:path';
import { inheriting } from '../src/schema.ts';
import { TOPICS } from '../src/topics.ts';

interface Place {
  /** `http/order.ts PlaceOrder/items/*` */
  readonly place: string;
  readonly schema: TSchema;
}

const SOURCES = join(import.meta.dir, '../src');

/** Every schema that a file of the contracts gives away, and the data of every topic, with all that they are made of. */
export async function everySchema(): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const file of [...new Glob('**/*.ts').scanSync(SOURCES)].toSorted()) {
    const module: Readonly<Record<string, unknown>> = await import(join(SOURCES, file));
    for (const [name, value] of Object.entries(module)) {
      if (TypeGuard.IsSchema(value)) places.push(...within(value, `${file} ${name}`));
    }
  }
  for (const [topic, { data }] of Object.entries(TOPICS)) places.push(...within(data, topic));
  return places;
}

/** A schema and all that it is made of. */
function within(schema: TSchema, place: string): Place[] {
  const parts = [...named(schema['properties']), ...named(schema['patternProperties'])];
  const others = [schema['items'], schema['additionalProperties'], ...listed(schema['anyOf']), ...listed(schema['allOf'])];
  return [
    { place, schema },
    ...parts.flatMap(([name, part]) => within(inheriting(schema, part), `${place}/${name}`)),
    ...others.filter((part) => TypeGuard.IsSchema(part)).flatMap((part) => within(inheriting(schema, part), `${place}/*`)),
  ];
}

function named(parts: unknown): [string, TSchema][] {
  return Object.entries((parts ?? {}) as Readonly<Record<string, TSchema>>);
}

function listed(parts: unknown): readonly unknown[] {
  return Array.isArray(parts) ? parts : [];
}
