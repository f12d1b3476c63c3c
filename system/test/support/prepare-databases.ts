import { declareTopics } from '@souk/chassis/log/kafka/declare-topics';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { withPartitions } from '@souk/contracts/topics';
import type { RealShopAddresses } from '../../src/shop/real/addresses.ts';
import { ENGINE } from '../../src/shop/real/shop-databases.ts';

export const DECLARED = withPartitions();

interface Store {
  migrate(): Promise<unknown>;
  close(): Promise<void>;
}
type OpenStore = (options: { readonly url: string; readonly poolSize: number }) => Store;

/** Does the work of `--migrate` and `--topics` of the services, without one more process for each service of every shop of every test. */
export async function prepareDatabases({ owners, kafka }: RealShopAddresses): Promise<void> {
  const stores = await Promise.all(SERVICES.map(async (service) => (await openerOf(service))({ url: owners[service], poolSize: 2 })));
  try {
    const topics = declareTopics({ ...kafka, clientId: 'souk.test', topics: DECLARED });
    await Promise.all([topics, ...stores.map((store) => store.migrate())]);
  } finally {
    await Promise.all(stores.map((store) => store.close()));
  }
}

/** `openMysqlOrderStore` of `order/src/storage/open-mysql.ts`, `openMongoUserStore` of `user/src/storage/open-mongodb.ts`, and so on. */
async function openerOf(service: ServiceName): Promise<OpenStore> {
  const capital = `${service.slice(0, 1).toUpperCase()}${service.slice(1)}`;
  const [file, name] = ENGINE[service] === 'mysql' ? ['open-mysql', `openMysql${capital}Store`] : ['open-mongodb', `openMongo${capital}Store`];
  const exported = (await import(`@souk/${service}/storage/${file}`)) as Readonly<Record<string, OpenStore>>;
  const open = exported[name ?? ''];
  if (open === undefined) throw new Error(`${service}/src/storage/${file}.ts exports no ${name}`);
  return open;
}
