import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { Type } from '@sinclair/typebox';
import { Binary } from 'mongodb';
import { collectionStep, migrate, type MongoMigrations, pendingMigrations } from '../../../src/stores/mongodb/migrations.ts';
import { mongoLanes } from '../../../src/stores/mongodb/lanes.ts';
import { type MongoDatabase, openMongo } from '../../../src/stores/mongodb/mongo-database.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { dropMongoDatabase, temporaryMongoUrl } from '../../../src/testing/temporary-mongo-store.ts';
import { KEYED_ANSWERS, WHOLE_ANSWERS } from '../../../src/engine/writer/answer-key.ts';

/** Making a database and dropping it takes seconds on a busy machine. */
setDefaultTimeout(30_000);

describeOn(['MongoDB'], () => {
  describe('the schema of a MongoDB database', () => {
    let url: string;
    let database: MongoDatabase;

    beforeEach(() => {
      url = temporaryMongoUrl();
      database = openMongo({ url });
    });
    afterEach(async () => {
      await database.close();
      await dropMongoDatabase(url);
    });

    const ofTheToy = (names: readonly string[]) => names.filter((name) => name.startsWith('toy-'));

    test('is brought up to date once, step by step, whatever was there before', async () => {
      const first: MongoMigrations = { 'toy-001-a': collectionStep('a', null) };
      expect(ofTheToy(await migrate(database, first))).toEqual(['toy-001-a']);
      const second: MongoMigrations = { ...first, 'toy-002-b': collectionStep('b', null, [{ key: { n: 1 }, unique: true }]) };
      expect(await pendingMigrations(database, second)).toEqual(['toy-002-b']);
      expect(await migrate(database, second)).toEqual(['toy-002-b']);
      expect(await migrate(database, second)).toEqual([]);
      expect(await pendingMigrations(database, first)).toEqual([]);
      expect(await database.db.collection('b').indexExists('n_1')).toBe(true);
    });

    test.each([
      ['a new shop stores keys of answers', false, KEYED_ANSWERS],
      ['a shop that has served goes on with whole answers', true, WHOLE_ANSWERS],
    ] as const)('%s', async (_, hasServed, form) => {
      const taking = { owner: 'me', session: new Binary(new Uint8Array(16), 4), leftMs: 0, leaseMs: 5000 };
      const lanes = mongoLanes(database);
      if (hasServed) await lanes.take('of before', taking);
      await migrate(database, {});
      await lanes.take('new', taking);
      const found = [await lanes.find('new'), ...(hasServed ? [await lanes.find('of before')] : [])];
      expect(found.map((lane) => lane?.answerForm ?? WHOLE_ANSWERS)).toEqual(found.map(() => form));
    });

    test('is brought up to date by one of several processes that start at once; the others find it done', async () => {
      let runs = 0;
      const counted: MongoMigrations = {
        'toy-001-a': async (db) => {
          runs += 1;
          await collectionStep('a', null)(db);
        },
      };
      const done = await Promise.all([1, 2, 3].map(() => migrate(database, counted)));
      expect(runs).toBe(1);
      expect(done.flatMap(ofTheToy)).toEqual(['toy-001-a']);
    });

    test('stays locked while a step keeps the server busy: the lock can be renewed meanwhile', async () => {
      await database.db.collection('a').insertOne({});
      const first = await database.forSchema(async (db) => {
        const slow = db.collection('a').find({ $where: 'sleep(3000) || true' }).toArray();
        const asked = await Promise.race([slow.then(() => 'the step'), db.command({ ping: 1 }).then(() => 'the lock')]);
        await slow;
        return asked;
      });
      expect(first).toBe('the lock');
    });

    test('is completed by the next process if a step was cut off', async () => {
      const indexes = [{ key: { n: 1 }, unique: true }];
      const cutOff: MongoMigrations = {
        'toy-001-a': async (db) => {
          await collectionStep('a', null)(db);
          throw new Error('killed');
        },
      };
      const error = await migrate(database, cutOff).catch((failure: unknown) => failure);
      expect(String(error)).toContain('migration toy-001-a failed');
      const whole: MongoMigrations = { 'toy-001-a': collectionStep('a', Type.Object({ n: Type.Integer() }), indexes) };
      expect(await migrate(database, whole)).toEqual(['toy-001-a']);
      expect(await database.db.collection('a').indexExists('n_1')).toBe(true);
      const refused = await database.db.collection('a').insertOne({ n: 'one' }).catch((failure: unknown) => failure);
      expect(refused).toMatchObject({ code: 121 });
    });

    test('can be changed at once if the process that held its lock is gone', async () => {
      await migrate(database, {});
      const gone = { _id: 'schema', owner: 'gone', leaseUntil: Date.now() - 1 };
      await database.db.collection<typeof gone>('migration_locks').insertOne(gone);
      expect(await migrate(database, { 'toy-001-a': collectionStep('a', null) })).toEqual(['toy-001-a']);
    });
  });
});
