import { expect, test } from 'bun:test';
import { openMongo } from '../../../src/stores/mongodb/mongo-database.ts';
import { mongoProxy } from '../../../src/testing/tcp-proxy.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { mongoToyStore, openMongoToyStore } from './toy-store.ts';

/** 10 s, and what a busy machine takes to notice. */
const LIMIT_MS = 11_500;

describeOn(['MongoDB'], () => {
  test('a read that a frozen server does not answer fails within 10 s, whatever it waits for', async () => {
    const opened = await openMongoToyStore();
    const proxy = await mongoProxy(opened.url);
    const database = openMongo({ url: proxy.url, poolSize: 2 });
    try {
      const { messages } = mongoToyStore(database);
      // Connections that are open, and a server that is known.
      await Promise.all([messages.counts(), messages.counts()]);
      proxy.set('stall');
      const begun = performance.now();
      const reads = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const error = await messages.deadLetter('nobody').catch((failure: unknown) => failure);
          return { error, ms: performance.now() - begun };
        }),
      );
      for (const { error, ms } of reads) {
        expect(error).toMatchObject({ code: 'connection' });
        expect(ms).toBeLessThan(LIMIT_MS);
      }
      proxy.set('forward');
      expect(await messages.deadLetter('nobody')).toBeUndefined();
    } finally {
      proxy.set('forward');
      await database.close();
      await proxy.close();
      await opened.dispose();
    }
  }, 60_000);
});
