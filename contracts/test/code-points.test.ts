import { describe, expect, test } from 'bun:test';
import { type TSchema, Type, TypeGuard } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { Value } from '@sinclair/typebox/value';
import Ajv from 'ajv';
import { CreateProduct, Product } from '../src/http/product.ts';
import { EURO_20 } from './examples.ts';
import { everySchema } from './every-schema.ts';

/** A validator of JSON Schema that is not ours says what a schema means. */
const referee = new Ajv({ strict: false, validateFormats: false });
const texts = (await everySchema()).filter(({ schema }) => TypeGuard.IsString(schema) && schema.format === undefined);

/** Texts of the lengths around a limit, in letters of one, two and three UTF-8 bytes, and in emoji of two UTF-16 units. */
function samples({ minLength = 0, maxLength = 0 }: TSchema): readonly string[] {
  const lengths = [minLength - 1, minLength, Math.ceil(maxLength / 2) + 1, maxLength, maxLength + 1, 2 * maxLength + 1];
  return ['x', 'é', '茶', '😀'].flatMap((letter) => lengths.map((length) => letter.repeat(Math.max(0, length))));
}

const verdicts = (schema: TSchema, values: readonly unknown[]) => {
  const compiled = TypeCompiler.Compile(schema);
  return {
    checked: values.map((value) => Value.Check(schema, value)),
    compiled: values.map((value) => compiled.Check(value)),
    explained: values.map((value) => [...Value.Errors(schema, value)].length === 0),
  };
};

function refereed(schema: TSchema, values: readonly unknown[]) {
  const validate = referee.compile(JSON.parse(JSON.stringify(schema)));
  const allowed = values.map((value) => validate(value));
  return { checked: allowed, compiled: allowed, explained: allowed };
}

test('every text of every contract has the lengths that its JSON Schema says', () => {
  expect(texts.length).toBeGreaterThan(100);
  for (const { place, schema } of texts) {
    const values = samples(schema);
    expect({ place, ...verdicts(schema, values) }).toEqual({ place, ...refereed(schema, values) });
  }
});

test.each(['x', '茶', '😀'])('200 times %s is a title, 201 times is too long', (letter) => {
  const product = (length: number) => ({ title: letter.repeat(length), variants: [{ sku: 'MUG', price: EURO_20 }] });
  expect([200, 201].map((length) => Value.Check(CreateProduct, product(length)))).toEqual([true, false]);
});

describe('names of a map', () => {
  const named = (name: string) => ({ [name]: 'large' });

  test('have the lengths that their JSON Schema says', () => {
    for (const schema of [CreateProduct.properties.attributes, Product.properties.attributes]) {
      const values = [1, 2, 26, 50, 51, 101].flatMap((length) => ['x', '😀'].map((letter) => named(letter.repeat(length))));
      expect(verdicts(schema, values)).toEqual(refereed(schema, values));
      expect(Value.Check(schema, named('😀'.repeat(50)))).toBe(true);
    }
  });
});

test('a new schema counts code points too', () => {
  const schema = Type.Object({ note: Type.String({ minLength: 2, maxLength: 3 }) });
  const values = ['😀', '😀😀', '😀😀😀', '😀😀😀😀', 'ab', 'abcd'].map((note) => ({ note }));
  expect(verdicts(schema, values)).toEqual(refereed(schema, values));
});
