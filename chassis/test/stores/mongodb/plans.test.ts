import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { newId } from '../../../src/ids.ts';
import { type MongoDatabase, openMongo } from '../../../src/stores/mongodb/mongo-database.ts';
import { mongoMessageReads } from '../../../src/stores/mongodb/mongo-service-store.ts';
import { profiled } from '../../../src/testing/temporary-mongo-store.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { answerKeyId } from '../../../src/stores/mongodb/chassis-collections.ts';
import { periodOf } from '../../../src/engine/writer/answer-key.ts';
import { once, type Once } from '../../../src/engine/writer/once.ts';
import { deposit } from '../../engine/writer/toy-use-cases.ts';
import { batchOfOne } from './batch-of-one.ts';
import { type OpenMongoToyStore, openMongoToyStore } from './toy-store.ts';

const MANY = 20_000;
/** What a page of ten may cost at most, whatever lies beside it. */
const FEW = 25;
const ONCE: Once<number> = { owner: 'anna', scope: 'anna POST /deposits', key: 'k', fingerprint: 'f', render: () => ({ status: 201, headers: {}, body: '' }) };

/** Making a database and dropping it takes seconds on a busy machine. */
setDefaultTimeout(30_000);

describeOn(['MongoDB'], () => {
  describe(`the chassis on MongoDB among ${MANY} documents`, () => {
    let opened: OpenMongoToyStore;
    let database: MongoDatabase;

    beforeAll(async () => {
      opened = await openMongoToyStore();
      database = openMongo({ url: opened.url });
      const numbers = Array.from({ length: MANY }, (_, i) => i + 1);
      const fill = (name: string, document: (i: number) => object) => database.db.collection(name).insertMany(numbers.map(document));
      const id = (i: number) => i.toString().padStart(8, '0');
      await fill('accounts', (i) => ({ _id: id(i), total: i, version: 1 }));
      await fill('events', (i) => ({ _id: { lane: `lane-${i % 2}`, seq: i }, stream: id(i), version: 1, at: i, data: '{}', context: '{}' }));
      await fill('kept_answers', (i) => ({ _id: id(i), owner: id(i), at: i }));
      await fill('answer_keys', (i) => ({ _id: answerKeyId({ period: periodOf(Date.now()) - 4 + (i % 6), hash: id(i) }), fingerprint: id(i), place: id(i) }));
      await fill('ended_access', (i) => ({ _id: id(i), generation: 2, kept: null, at: i }));
      await fill('dead_letters', (i) => ({ _id: id(i), status: 'dead', cause: 'c', message: { topic: 't', key: id(i), headers: '{}' } }));
      await fill('parked_keys', (i) => ({ _id: id(i), nextAttemptAt: i, messages: [{ nextAttemptAt: i, message: { headers: '{}' } }] }));
    }, 60_000);
    afterAll(async () => {
      await database.close();
      await opened.dispose();
    });

    /** Asks, and looks at how the server found the answer. */
    async function costOf(ask: () => Promise<unknown>, sorts = false): Promise<void> {
      const operations = await profiled(opened.url, ask);
      expect(operations).not.toEqual([]);
      for (const operation of operations) {
        // Lanes are as many as processes.
        if (operation.ns.endsWith('.lanes')) continue;
        expect(operation).not.toMatchObject({ planSummary: 'COLLSCAN' });
        if (!sorts) expect(operation).not.toMatchObject({ hasSortStage: true });
        expect(Math.max(operation.docsExamined ?? 0, operation.keysExamined ?? 0), operation.ns).toBeLessThan(FEW);
      }
    }

    test('a transaction reads only what it names', async () => {
      const { writing } = opened.store;
      const lane = await writing.takeLane('one', newId(), { leftMs: Infinity, leaseMs: 60_000 });
      if (lane === undefined) throw new Error('the lane is new');
      await costOf(() => writing.settle(lane, 0, 60_000, batchOfOne(once(deposit, ONCE), { account: '00010000', amount: 1 })));
    });

    test("a lane's next events and an aggregate's history are ranges of an index", async () => {
      await costOf(() => opened.store.writing.readEvents('lane-1', MANY / 2, 10));
      await costOf(() => opened.store.writing.readStream('00010000'));
      const { committed } = opened.store;
      await costOf(() => committed.ends());
      await costOf(() => committed.after('lane-1', MANY / 2, 10));
      await costOf(() => committed.history('00010000', 0, 10));
      await costOf(() => committed.published('00010000', 10));
    });

    test('lists for operators and for retries are read page by page', async () => {
      const reads = mongoMessageReads(database);
      await costOf(() => reads.dueParked(10));
      await costOf(() => reads.parked('00010000', 10));
      await costOf(() => reads.deadLetters('00010000', 10));
      for (const which of [{ status: 'dead' }, { topic: 'rare' }, { key: '00000007' }, { kind: 'unsent' }] as const) {
        await costOf(() => reads.deadLetters('00010000', 10, which));
      }
      // Many causes begin alike; those found are few, or a page of them is the first that is met.
      await costOf(() => reads.deadLetters('00010000', 10, { cause: 'rare' }), true);
      await costOf(() => reads.deadLetter('00010000'));
      await costOf(() => reads.letterFailures('dead', 10));
      await costOf(() => reads.lanes());
      await costOf(() => reads.unsentBesides('lane-1'));
    });

    test('old answers are found by age or owner, keys of answers by period', async () => {
      await costOf(() => mongoMessageReads(database).forgetAnswers(MANY / 2, 10));
      await costOf(() => mongoMessageReads(database).forgetAnswersTo(['00015000'], 10));
      await costOf(() => mongoMessageReads(database).forgetAnswerKeys(periodOf(Date.now()) - 3, 10));
    });

    test('ended access is found by the time it was stored', async () => {
      const { endedAccess } = opened.store;
      await costOf(() => endedAccess.since(MANY - 10));
      await costOf(() => endedAccess.olderThan(MANY / 2, 10));
    });
  });
});
