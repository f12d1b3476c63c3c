import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { newId } from '../../../src/ids.ts';
import { type MongoDatabase, openMongo } from '../../../src/stores/mongodb/mongo-database.ts';
import { type Connection, type MongoProxy, mongoProxy } from '../../../src/testing/tcp-proxy.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { Writer } from '../../../src/engine/writer/writer.ts';
import type { StoredEvent } from '../../../src/engine/writer/writer-store.ts';
import type { ToyStore } from '../../engine/writer/toy-store.ts';
import { deposit, type Toy } from '../../engine/writer/toy-use-cases.ts';
import { mongoToyStore, type OpenMongoToyStore, openMongoToyStore } from './toy-store.ts';

setDefaultTimeout(120_000);

/** Reads beside the transaction, on connections of the same pool. */
const OTHERS = 5;

describeOn(['MongoDB'], () => {
  describe('MongoDB, cut off in the middle', () => {
    let opened: OpenMongoToyStore;
    let proxy: MongoProxy;
    let database: MongoDatabase;
    let store: ToyStore;

    beforeEach(async () => {
      opened = await openMongoToyStore();
      proxy = await mongoProxy(opened.url);
      database = openMongo({ url: proxy.url, poolSize: 3 });
      store = mongoToyStore(database);
    });
    afterEach(async () => {
      proxy.set('forward');
      await database.close();
      await proxy.close();
      await opened.dispose();
    });

    /** With a writer whose first failures bring the network back. */
    async function writing(use: (writer: Writer<Toy>, events: readonly StoredEvent[]) => Promise<void>): Promise<void> {
      const events: StoredEvent[] = [];
      const writer = await Writer.open<Toy>({
        store: store.writing,
        lane: 'one',
        newId,
        paceMs: 0,
        runTask: () => undefined,
        report: () => proxy.set('forward'),
        outbox: () => ({ offer: (committed) => events.push(...committed), publishedSeq: 0 }),
      });
      try {
        await use(writer, events);
      } finally {
        proxy.set('forward');
        await writer.close();
      }
    }

    /** The driver then clears the pool first, and judges what happens to the stale connection that is left in another way. */
    function cutAfterOthers(on?: Connection): void {
      proxy.set('drop-answers');
      proxy.cut(on);
      setTimeout(() => {
        proxy.cut();
        proxy.set('forward');
      }, 20);
    }

    // A server that is not there at all is found missing after three seconds.
    const faults: readonly (readonly [string, number, (on?: Connection) => void])[] = [
      ['cut', 6, () => proxy.cut()],
      ['cut after others of its pool', 8, cutAfterOthers],
      ['away', 1, () => proxy.set('away')],
      ['answer lost', 1, () => proxy.set('cut-on-answer')],
    ];

    for (const [fault, rounds, strike] of faults) {
      test.each(['find', 'insert', 'update', 'commitTransaction'])(`(${fault}, at each %s) no input fails, and each has its effect once`, async (command) => {
        await writing(async (writer, events) => {
          for (let round = 1; round <= rounds; round += 1) {
            const others = Promise.allSettled(Array.from({ length: OTHERS }, () => store.messages.counts()));
            proxy.whenSaid(command, strike);
            // One: a batch of several would be split, and its halves tried again.
            await writer.submit(deposit, { account: 'a', amount: 1 });
            proxy.set('forward');
            await others;
          }
          expect(await opened.store.accounts()).toEqual([{ id: 'a', total: rounds, version: rounds }]);
          expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: rounds }, (_, i) => i + 1));
        });
      });

      test(`(${fault}, between reading and writing) no input fails, and each has its effect once`, async () => {
        await writing(async (writer) => {
          for (let round = 1; round <= rounds; round += 1) {
            let struck = false;
            const struckWhileDecided: typeof deposit = {
              ...deposit,
              decide(...given) {
                if (!struck) strike();
                struck = true;
                return deposit.decide(...given);
              },
            };
            await writer.submit(struckWhileDecided, { account: 'a', amount: 1 });
            proxy.set('forward');
          }
          expect(await opened.store.accounts()).toEqual([{ id: 'a', total: rounds, version: rounds }]);
        });
      });

      test(`(${fault}) an operation outside of a transaction fails with an error that allows repeating it`, async () => {
        await database.connect();
        const asked: readonly (() => Promise<unknown>)[] = [
          () => store.messages.counts(),
          () => store.messages.lanes(),
          () => store.messages.forgetAnswers(1, 10),
          () => store.messages.parked(null, 10),
          () => store.endedAccess.since(0),
          () => store.writing.readEvents('one', 0, 10),
          () => store.writing.readStream('a'),
          () => store.writing.abandonedLanes(5000),
          () => store.writing.takeLane('two', newId(), { leftMs: 0, leaseMs: 1 }),
          () => store.pendingMigrations(),
          () => store.check(),
        ];
        const failures = new Set<unknown>();
        for (let round = 0; round < rounds; round += 1) {
          const answers = Promise.allSettled(Array.from({ length: 4 }, () => asked.map((ask) => ask())).flat());
          strike();
          for (const answer of await answers) if (answer.status === 'rejected') failures.add((answer.reason as { code?: unknown }).code ?? answer.reason);
          proxy.set('forward');
        }
        expect([...failures].filter((code) => code !== 'connection' && code !== 'retry')).toEqual([]);
        expect(await store.messages.lanes()).toBeArray();
      });
    }
  });
});
