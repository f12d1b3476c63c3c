import { setDefaultTimeout } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryMysqlStore } from '@souk/chassis/testing/temporary-mysql-store';
import { temporaryStore } from '@souk/chassis/testing/temporary-store';
import { openMysqlInventoryStore } from '../src/storage/open-mysql.ts';
import { openSqliteInventoryStore } from '../src/storage/open-sqlite.ts';
import { describeContention } from './describe-contention.ts';

// Each test on MySQL has a database made for it, which takes a busy server seconds.
setDefaultTimeout(30_000);

describeContention('SQLite', async () => {
  const opened = await temporaryStore(openSqliteInventoryStore);
  return { ...opened, again: () => openSqliteInventoryStore({ path: opened.path, synchronous: 'NORMAL' }) };
});

describeOn(['MySQL'], () => {
  describeContention('MySQL', async () => {
    const opened = await temporaryMysqlStore(openMysqlInventoryStore);
    return { ...opened, again: () => openMysqlInventoryStore({ url: opened.url }) };
  });
});
