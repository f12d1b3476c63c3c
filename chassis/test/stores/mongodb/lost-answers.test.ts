import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { newId } from '../../../src/ids.ts';
import { type MongoDatabase, openMongo } from '../../../src/stores/mongodb/mongo-database.ts';
import { StorageError } from '../../../src/storage-error.ts';
import { type MongoProxy, mongoProxy } from '../../../src/testing/tcp-proxy.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { Writer } from '../../../src/engine/writer/writer.ts';
import type { StoredEvent, WriterStore } from '../../../src/engine/writer/writer-store.ts';
import { deposit, type Toy } from '../../engine/writer/toy-use-cases.ts';
import { batchOfOne } from './batch-of-one.ts';
import { mongoToyStore, type OpenMongoToyStore, openMongoToyStore } from './toy-store.ts';

/** Far less than the minute for which a server keeps a transaction that nobody goes on with. */
const SOON_MS = 20_000;

/** Making a database and dropping it takes seconds on a busy machine. */
setDefaultTimeout(30_000);

describeOn(['MongoDB'], () => {
  describe('the writer on MongoDB, cut off', () => {
    let opened: OpenMongoToyStore;
    let proxy: MongoProxy;
    let database: MongoDatabase;
    let reported: unknown[];
    let events: StoredEvent[];
    const writers: Writer<Toy>[] = [];

    beforeEach(async () => {
      opened = await openMongoToyStore();
      proxy = await mongoProxy(opened.url);
      database = openMongo({ url: proxy.url });
      reported = [];
      events = [];
    });
    afterEach(async () => {
      proxy.set('forward');
      for (const writer of writers.splice(0)) await writer.close();
      await database.close();
      await proxy.close();
      await opened.dispose();
    });

    async function openWriter(store: WriterStore<Toy>, lane: string, leaseMs = 5000): Promise<Writer<Toy>> {
      const writer = await Writer.open<Toy>({
        store,
        lane,
        newId,
        leaseMs,
        paceMs: 0,
        runTask: () => undefined,
        report: (error) => {
          reported.push(error);
          if (error instanceof StorageError && error.code === 'commit-unknown') proxy.set('forward');
        },
        outbox: () => ({ offer: (committed) => events.push(...committed), publishedSeq: 0 }),
      });
      writers.push(writer);
      return writer;
    }

    /** Does it once, when the driver is about to send the next commit. */
    function atNextCommit(run: () => void): void {
      const look = ({ commandName }: { readonly commandName: string }) => {
        if (commandName !== 'commitTransaction') return;
        database.client.off('commandStarted', look);
        run();
      };
      database.client.on('commandStarted', look);
    }

    const codes = () => reported.map((error) => (error instanceof StorageError ? error.code : error));

    test('a commit whose answer was lost is found', async () => {
      const writer = await openWriter(mongoToyStore(database).writing, 'one');
      await writer.submit(deposit, { account: 'a', amount: 1 });
      atNextCommit(() => proxy.set('cut-on-answer'));
      expect(await writer.submit(deposit, { account: 'a', amount: 2 })).toBe(3);
      expect(codes()).toEqual(['commit-unknown']);
      expect(await opened.store.accounts()).toEqual([{ id: 'a', total: 3, version: 2 }]);
      expect(events.map(({ seq }) => seq)).toEqual([1, 2]);
    }, SOON_MS);

    test('a commit that never arrived is found missing, and the transaction is repeated without waiting for its locks', async () => {
      const writer = await openWriter(mongoToyStore(database).writing, 'one');
      await writer.submit(deposit, { account: 'a', amount: 1 });
      atNextCommit(() => proxy.set('away'));
      expect(await writer.submit(deposit, { account: 'a', amount: 2 })).toBe(3);
      expect(codes()).toEqual(['commit-unknown']);
      expect(await opened.store.accounts()).toEqual([{ id: 'a', total: 3, version: 2 }]);
      expect(events.map(({ seq }) => seq)).toEqual([1, 2]);
    }, SOON_MS);

    test('a transaction left open by a dead process stops neither its successor nor, once the lease is over, any other process', async () => {
      const dying = mongoToyStore(database).writing;
      const lane = await dying.takeLane('one', newId(), { leftMs: Infinity, leaseMs: 500 });
      if (lane === undefined) throw new Error('the lane is new');
      atNextCommit(() => proxy.set('away'));
      const left = await dying.settle(lane, 0, 500, batchOfOne(deposit, { account: 'a', amount: 1 })).catch((error: unknown) => error);
      expect(left).toMatchObject({ code: 'commit-unknown' });

      const other = await openWriter(opened.again().writing, 'two');
      expect(await other.submit(deposit, { account: 'a', amount: 2 })).toBe(2);
      const successor = await openWriter(opened.store.writing, 'one');
      expect(await successor.submit(deposit, { account: 'a', amount: 3 })).toBe(5);
    }, SOON_MS);

    test('the successor of a dead process ends its open transaction, before the lease is over', async () => {
      const dying = mongoToyStore(database).writing;
      const lane = await dying.takeLane('one', newId(), { leftMs: Infinity, leaseMs: 5000 });
      if (lane === undefined) throw new Error('the lane is new');
      atNextCommit(() => proxy.set('away'));
      await dying.settle(lane, 0, 5000, batchOfOne(deposit, { account: 'a', amount: 1 })).catch(() => undefined);
      const successor = await openWriter(opened.store.writing, 'one');
      expect(await successor.submit(deposit, { account: 'a', amount: 3 })).toBe(3);
    }, SOON_MS);
  });
});
