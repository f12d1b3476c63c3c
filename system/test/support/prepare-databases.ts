import { declareTopics } from '@souk/chassis/log/kafka/declare-topics';
import { withPartitions } from '@souk/contracts/topics';
import { openMysqlInventoryStore } from '@souk/inventory/storage/open-mysql';
import { openMysqlOrderStore } from '@souk/order/storage/open-mysql';
import { openMysqlPaymentStore } from '@souk/payment/storage/open-mysql';
import { openMongoProductStore } from '@souk/product/storage/open-mongodb';
import { openMongoUserStore } from '@souk/user/storage/open-mongodb';
import type { RealShopAddresses } from '../../src/shop/real/addresses.ts';

export const DECLARED = withPartitions();

/** What `--migrate` and `--topics` of the services do, without six more processes for every shop of every test. */
export async function prepareDatabases({ owners, kafka }: RealShopAddresses): Promise<void> {
  const stores = [
    openMongoProductStore({ url: owners.product, poolSize: 2 }),
    openMysqlInventoryStore({ url: owners.inventory, poolSize: 2 }),
    openMysqlOrderStore({ url: owners.order, poolSize: 2 }),
    openMysqlPaymentStore({ url: owners.payment, poolSize: 2 }),
    openMongoUserStore({ url: owners.user, poolSize: 2 }),
  ];
  try {
    const topics = declareTopics({ ...kafka, clientId: 'souk.test', topics: DECLARED });
    await Promise.all([topics, ...stores.map((store) => store.migrate())]);
  } finally {
    await Promise.all(stores.map((store) => store.close()));
  }
}
