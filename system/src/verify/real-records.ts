import type { RealShopAddresses } from '../real/addresses.ts';
import { ENGINE } from '../real/shop-databases.ts';
import { messagesIn, unhandledIn } from './kafka-contents.ts';
import { messageFacts } from './message-facts.ts';
import { catalogueDocuments, documentMessageFacts } from './mongo-facts.ts';
import { readingMysql } from './mysql-rows.ts';
import type { ShopRecords } from './shop-records.ts';

/** A shop on real servers, read without its services. */
export function realRecords({ databases, kafka, gateway }: RealShopAddresses): ShopRecords {
  return {
    sql: (service, read) => readingMysql(databases[service], read),
    catalogue: (facts) => catalogueDocuments(databases.product, facts),
    messaging: (service, facts) =>
      ENGINE[service] === 'mysql'
        ? readingMysql(databases[service], (rows) => messageFacts(service, rows, facts))
        : documentMessageFacts(service, databases[service], facts),
    logged: (topics, see) => messagesIn(kafka, topics, see),
    unhandled: () => unhandledIn(kafka),
    gateway,
  };
}
