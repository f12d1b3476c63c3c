import { setDefaultTimeout } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryMysqlStore } from '@souk/chassis/testing/temporary-mysql-store';
import { openMysqlInventoryStore } from '../src/storage/open-mysql.ts';
import { describeInventoryStore } from './describe-inventory-store.ts';

// Each test has a database made for it, which takes a busy server seconds.
setDefaultTimeout(30_000);

describeOn(['MySQL'], () => describeInventoryStore('MySQL', () => temporaryMysqlStore(openMysqlInventoryStore)));
