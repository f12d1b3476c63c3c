import { setDefaultTimeout } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { dropMongoDatabase, temporaryMongoUrl } from '@souk/chassis/testing/temporary-mongo-store';
import { openMongoUserStore } from '../src/storage/open-mongodb.ts';
import type { UserStore } from '../src/storage/user-store.ts';
import { describeUserStore } from './user-store-contract.ts';

/** Making a database and dropping it takes seconds on a busy machine. */
setDefaultTimeout(30_000);

describeOn(['MongoDB'], () => {
  describeUserStore('MongoDB', async () => {
    const url = temporaryMongoUrl();
    const opened: UserStore[] = [];
    return {
      async open() {
        const store = openMongoUserStore({ url });
        opened.push(store);
        await store.migrate();
        return store;
      },
      async dispose() {
        for (const store of opened) await store.close();
        await dropMongoDatabase(url);
      },
    };
  });
});
