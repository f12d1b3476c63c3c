import { describe, expect, test } from 'bun:test';
import { Type } from '@sinclair/typebox';
import { nullable, oneOf, personal } from '../../src/schema.ts';
import { compareSchemas, type JsonSchema } from './compare-schemas.ts';

const fields = {
  id: Type.String({ format: 'uuid' }),
  pieces: Type.Integer({ minimum: 1, maximum: 999, 'x-unit': 'pieces' }),
  reason: oneOf('late', 'lost'),
  note: Type.Optional(Type.String({ minLength: 1, maxLength: 20, pattern: '^a' })),
  lines: Type.Array(Type.Object({ sku: Type.String() }), { minItems: 1 }),
  region: nullable(Type.String()),
  headers: Type.Record(Type.String(), Type.String({ maxLength: 9 })),
};
const before = Type.Object(fields);
const { note: _, ...withoutNote } = fields;

const changed = (change: Partial<Record<keyof typeof fields, JsonSchema>>) =>
  Type.Object({ ...fields, ...change } as typeof fields);

describe('a breaking change', () => {
  test.each<[string, JsonSchema, string, string]>([
    ['a removed required field', Type.Omit(before, ['id']), '/id', 'field removed'],
    ['a removed optional field', Type.Object(withoutNote), '/note', 'field removed'],
    ['a new required field', Type.Object({ ...fields, gift: Type.Boolean() }), '/gift', 'newly required'],
    ['an optional field that is required', changed({ note: Type.String({ minLength: 1, maxLength: 20, pattern: '^a' }) }), '/note', 'newly required'],
    ['a required field that is optional', changed({ id: Type.Optional(Type.String({ format: 'uuid' })) }), '/id', 'no longer required'],
    ['another type', changed({ id: Type.Integer() }), '/id', 'type changed: "string" -> "integer"'],
    ['a wider type', changed({ pieces: Type.Number({ minimum: 1, maximum: 999, 'x-unit': 'pieces' }) }), '/pieces', 'type changed'],
    ['another unit', changed({ pieces: Type.Integer({ minimum: 1, maximum: 999, 'x-unit': 'dozens' }) }), '/pieces', 'x-unit changed: "pieces" -> "dozens"'],
    ['a unit that is no longer said', changed({ pieces: Type.Integer({ minimum: 1, maximum: 999 }) }), '/pieces', 'x-unit changed'],
    ['another format', changed({ id: Type.String({ format: 'email' }) }), '/id', 'format changed'],
    ['a higher minimum', changed({ pieces: Type.Integer({ minimum: 2, maximum: 999, 'x-unit': 'pieces' }) }), '/pieces', 'minimum narrowed: 1 -> 2'],
    ['a lower minimum', changed({ pieces: Type.Integer({ minimum: 0, maximum: 999, 'x-unit': 'pieces' }) }), '/pieces', 'minimum widened'],
    ['a lower maximum', changed({ pieces: Type.Integer({ minimum: 1, maximum: 99, 'x-unit': 'pieces' }) }), '/pieces', 'maximum narrowed'],
    ['no maximum', changed({ pieces: Type.Integer({ minimum: 1, 'x-unit': 'pieces' }) }), '/pieces', 'maximum widened: 999 -> none'],
    ['a new limit', changed({ id: Type.String({ format: 'uuid', maxLength: 36 }) }), '/id', 'maxLength narrowed: none -> 36'],
    ['another pattern', changed({ note: Type.Optional(Type.String({ minLength: 1, maxLength: 20, pattern: '^b' })) }), '/note', 'pattern changed'],
    ['a removed value', changed({ reason: oneOf('late', 'burnt') }), '/reason', 'value removed: "lost"'],
    ['a new value', changed({ reason: oneOf('late', 'lost', 'burnt') }), '/reason', 'value added: "burnt"'],
    ['values instead of any text', changed({ id: oneOf('a', 'b') }), '/id', 'values changed'],
    ['no null any more', changed({ region: Type.String() }), '/region', 'alternatives changed: 2 -> 0'],
    ['a change in an alternative', changed({ region: nullable(Type.String({ maxLength: 2 })) }), '/region', 'maxLength narrowed'],
    ['a change in the items', changed({ lines: Type.Array(Type.Object({ sku: Type.Integer() }), { minItems: 1 }) }), '/lines/*/sku', 'type changed'],
    ['fewer items', changed({ lines: Type.Array(Type.Object({ sku: Type.String() }), { minItems: 2 }) }), '/lines', 'minItems narrowed'],
    ['a change in the values of a map', changed({ headers: Type.Record(Type.String(), Type.String({ maxLength: 8 })) }), '/headers/{^(.*)$}', 'maxLength narrowed'],
    ['a closed object', Type.Object(fields, { additionalProperties: false }), '', 'other fields: true -> false'],
  ])('is %s', (_name, after, at, what) => {
    const breaks = compareSchemas(before, after);
    expect(breaks).toContainEqual({ at, what: expect.stringContaining(what) });
  });
});

describe('no breaking change', () => {
  test.each<[string, JsonSchema]>([
    ['the same', Type.Object({ ...fields })],
    ['the same from a file', JSON.parse(JSON.stringify(before)) as JsonSchema],
    ['a new optional field', Type.Object({ ...fields, gift: Type.Optional(Type.Boolean()) })],
    ['a mark that something is personal', changed({ region: nullable(personal(Type.String())) })],
    ['other words', Type.Object(fields, { title: 'Parcel', description: 'What was sent.', examples: [{}] })],
    ['values in another order', changed({ reason: oneOf('lost', 'late') })],
    ['the same values said otherwise', changed({ reason: { enum: ['late', 'lost'] } })],
  ])('is %s', (_name, after) => expect(compareSchemas(before, after)).toEqual([]));

  test('but removing a mark is one: old messages hold what it marks', () => {
    const marked = Type.Object({ ...fields, region: nullable(personal(Type.String())) });
    expect(compareSchemas(marked, before)).toEqual([{ at: '/region', what: 'x-personal changed: true -> none' }]);
  });
});
