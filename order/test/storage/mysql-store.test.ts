import { setDefaultTimeout } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryMysqlStore } from '@souk/chassis/testing/temporary-mysql-store';
import { openMysqlOrderStore } from '../../src/storage/open-mysql.ts';
import { describeCustomerLimits } from './describe-customer-limits.ts';
import { describeFreshCatalogue } from './describe-fresh-catalogue.ts';
import { describeOrderFilters } from './describe-order-filters.ts';
import { describeOrderStore } from './describe-order-store.ts';
import { describeStuckOrders } from './describe-stuck-orders.ts';

// Each test has a database made for it, which takes a busy server seconds.
setDefaultTimeout(30_000);

const open = () => temporaryMysqlStore(openMysqlOrderStore);

describeOn(['MySQL'], () => {
  describeOrderStore('MySQL', open);
  describeOrderFilters('MySQL', open);
  describeStuckOrders('MySQL', open);
  describeFreshCatalogue('MySQL', open);
  describeCustomerLimits('MySQL', open);
});
