import { describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryMysqlStore } from '@souk/chassis/testing/temporary-mysql-store';
import { openMysqlOrderStore } from '../../src/storage/open-mysql.ts';
import { describeOrderStore } from './describe-order-store.ts';

describeOn(['MySQL'], () => describeOrderStore('MySQL', () => temporaryMysqlStore(openMysqlOrderStore)));
