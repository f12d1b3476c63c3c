import { describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryMysqlStore } from '@souk/chassis/testing/temporary-mysql-store';
import { openMysqlInventoryStore } from '../src/storage/open-mysql.ts';
import { describeInventoryStore } from './describe-inventory-store.ts';

describeOn(['MySQL'], () => describeInventoryStore('MySQL', () => temporaryMysqlStore(openMysqlInventoryStore)));
