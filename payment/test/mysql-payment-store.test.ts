import { describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryMysqlStore } from '@souk/chassis/testing/temporary-mysql-store';
import { openMysqlPaymentStore } from '../src/storage/open-mysql.ts';
import { describePaymentStore } from './payment-store-contract.ts';

describeOn(['MySQL'], () => describePaymentStore('MySQL', () => temporaryMysqlStore(openMysqlPaymentStore)));
