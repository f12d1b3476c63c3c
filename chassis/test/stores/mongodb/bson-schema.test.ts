import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { type TSchema, Type } from '@sinclair/typebox';
import { nullable, oneOf } from '@souk/contracts/schema';
import { FreeText, KeptName } from '@souk/contracts/strings';
import { bsonSchema } from '../../../src/stores/mongodb/migrations.ts';
import { type MongoDatabase, openMongo } from '../../../src/stores/mongodb/mongo-database.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { dropMongoDatabase, temporaryMongoUrl } from '../../../src/testing/temporary-mongo-store.ts';

interface Case {
  readonly schema: TSchema;
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
}

const cases: Readonly<Record<string, Case>> = {
  'whole numbers up to 2^53': { schema: Type.Integer({ minimum: 0 }), good: [0, 7, 2 ** 53 - 1], bad: [-1, 0.5, '7', null] },
  'numbers with open limits': { schema: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }), good: [0.5], bad: [0, 1] },
  literals: { schema: oneOf('a', 'b'), good: ['a', 'b'], bad: ['c', 1] },
  'nullable values': { schema: nullable(Type.Boolean()), good: [null, true], bad: [0, 'true'] },
  names: { schema: KeptName, good: ['Ada', '👩‍🚀'], bad: ['', '  ', 'a\u0000b', 7] },
  'free text': { schema: FreeText, good: ['', 'two\nlines'], bad: ['a\u0000b', 'x'.repeat(5001)] },
  'a length in code points': { schema: Type.String({ minLength: 4, maxLength: 4 }), good: ['abcd', '👍👍👍👍'], bad: ['a', 'abcde', '👍👍', '👍👍👍👍👍'] },
  lists: { schema: Type.Array(Type.Integer(), { minItems: 1, maxItems: 2, uniqueItems: true }), good: [[1], [1, 2]], bad: [[], [1, 1], [1, 2, 3], ['1']] },
  'closed objects': {
    schema: Type.Object({ a: Type.Integer(), b: Type.Optional(Type.String()) }, { additionalProperties: false }),
    good: [{ a: 1 }, { a: 1, b: '' }],
    bad: [{}, { b: '' }, { a: 1, c: 1 }],
  },
  maps: { schema: Type.Record(Type.String(), Type.Integer()), good: [{}, { x: 1 }], bad: [{ x: 'y' }] },
};

describe('a validator made from a contract', () => {
  test('is refused if it cannot express all of the contract', () => {
    expect(() => bsonSchema(Type.Array(Type.String(), { contains: Type.Literal('a') }))).toThrow('contains');
    expect(() => bsonSchema(Type.Date())).toThrow('Date');
  });
});

/** Making a database and dropping it takes seconds on a busy machine. */
setDefaultTimeout(30_000);

describeOn(['MongoDB'], () => {
  describe('a validator made from a contract', () => {
    let url: string;
    let database: MongoDatabase;
    beforeAll(() => {
      url = temporaryMongoUrl();
      database = openMongo({ url });
    });
    afterAll(async () => {
      await database.close();
      await dropMongoDatabase(url);
    });

    for (const [name, { schema, good, bad }] of Object.entries(cases)) {
      test(`accepts and refuses ${name} as the contract does`, async () => {
        const collection = await database.db.createCollection(name, {
          validator: { $jsonSchema: bsonSchema(Type.Object({ value: schema })) },
        });
        for (const value of good) await collection.insertOne({ value });
        for (const value of bad) {
          const refused = await collection.insertOne({ value }).catch((error: unknown) => error);
          expect(refused, JSON.stringify(value)).toMatchObject({ code: 121 });
        }
      });
    }
  });
});
