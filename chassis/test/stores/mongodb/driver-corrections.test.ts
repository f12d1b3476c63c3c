import { expect, spyOn, test } from 'bun:test';
import { ConnectionPool } from 'mongodb/lib/cmap/connection_pool.js';
import { openMongo } from '../../../src/stores/mongodb/mongo-database.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { dropMongoDatabase, temporaryMongoUrl } from '../../../src/testing/temporary-mongo-store.ts';

const IDLE_MS = 1000;

describeOn(['MongoDB'], () => {
  test('an idle pool seldom checks its connections', async () => {
    const url = temporaryMongoUrl();
    const database = openMongo({ url });
    await database.check();
    const looks = spyOn(ConnectionPool.prototype, 'ensureMinPoolSize');
    await Bun.sleep(IDLE_MS);
    const seen = looks.mock.calls.length;
    looks.mockRestore();
    // The original looks ten times in that time.
    expect(seen).toBeLessThan(4);
    await database.close();
    await dropMongoDatabase(url);
  });
});
