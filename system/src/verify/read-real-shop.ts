import type { RealShopAddresses } from '../real/addresses.ts';
import { ENGINE } from '../real/shop-databases.ts';
import { unhandledIn } from './kafka-lag.ts';
import { messagesIn } from './kafka-messages.ts';
import { documentMessagingFacts } from './mongo-facts.ts';
import { readingMysql } from './mysql-rows.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { ShopRecords } from './shop-records.ts';
import type { Snapshot } from './snapshot.ts';
import { messagingFacts } from './sql-facts.ts';

/** Reads a stopped or resting shop off its servers, without its services. */
export function readRealShop(addresses: RealShopAddresses): Promise<Snapshot> {
  return readSnapshot(realRecords(addresses));
}

export function realRecords({ databases, kafka, gateway }: RealShopAddresses): ShopRecords {
  return {
    sql: (service, read) => readingMysql(databases[service], read),
    messaging: (service) =>
      ENGINE[service] === 'mysql'
        ? readingMysql(databases[service], (rows) => messagingFacts(service, rows))
        : documentMessagingFacts(service, databases[service]),
    logged: (topics) => messagesIn(kafka, topics),
    unhandled: () => unhandledIn(kafka),
    gateway,
  };
}
