import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { type MongoDatabase, openMongo } from '../../../src/stores/mongodb/mongo-database.ts';
import { type MongoProxy, mongoProxy } from '../../../src/testing/tcp-proxy.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { dropMongoDatabase, temporaryMongoUrl } from '../../../src/testing/temporary-mongo-store.ts';
import { mongoToyStore } from './toy-store.ts';

setDefaultTimeout(60_000);

const failureOf = (work: Promise<unknown>) => work.then(() => undefined, (error: unknown) => error);

describeOn(['MongoDB'], () => {
  describe('a MongoDB that is away at first use', () => {
    let url: string;
    let proxy: MongoProxy;
    let database: MongoDatabase;

    beforeEach(async () => {
      url = temporaryMongoUrl();
      proxy = await mongoProxy(url);
      database = openMongo({ url: proxy.url });
    });
    afterEach(async () => {
      await database.close();
      await proxy.close();
      await dropMongoDatabase(url);
    });

    test.each(['away', 'stall'] as const)('(%s) is used by any operation as soon as it is there', async (mode) => {
      const store = mongoToyStore(database);
      proxy.set(mode);
      const asked = [() => store.check(), () => store.pendingMigrations(), () => store.migrate()];
      for (const ask of asked) expect(await failureOf(ask())).toMatchObject({ code: 'connection' });
      proxy.set('forward');
      expect(await store.migrate()).toContain('toy-001-accounts');
      expect(await store.pendingMigrations()).toEqual([]);
      await store.check();
      expect(await store.accounts()).toEqual([]);
    });
  });
});
