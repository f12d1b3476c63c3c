import type { RealShopAddresses } from '../real/addresses.ts';
import { ENGINE } from '../real/shop-databases.ts';
import { messagesIn, unhandledIn } from './kafka-contents.ts';
import { catalogueDocuments, documentMessagingFacts } from './mongo-facts.ts';
import { readingMysql } from './mysql-rows.ts';
import type { ShopRecords } from './shop-records.ts';
import { messagingFacts } from './sql-facts.ts';

/** A shop on real servers, read without its services. */
export function realRecords({ databases, kafka, gateway }: RealShopAddresses): ShopRecords {
  return {
    sql: (service, read) => readingMysql(databases[service], read),
    catalogue: () => catalogueDocuments(databases.product),
    messaging: (service) =>
      ENGINE[service] === 'mysql'
        ? readingMysql(databases[service], (rows) => messagingFacts(service, rows))
        : documentMessagingFacts(service, databases[service]),
    logged: (topics) => messagesIn(kafka, topics),
    unhandled: () => unhandledIn(kafka),
    gateway,
  };
}
