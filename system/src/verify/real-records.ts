import { mysqlDialect } from '@souk/chassis/stores/sql/mysql-dialect';
import type { RealShopAddresses } from '../shop/real/addresses.ts';
import { ENGINE } from '../shop/real/shop-databases.ts';
import { allOf } from './batches.ts';
import { messagesIn, unhandledIn } from './kafka-contents.ts';
import { messageFacts } from './message-facts.ts';
import { catalogueDocuments, documentMessageFacts } from './mongo-facts.ts';
import { readingMysql } from './mysql-rows.ts';
import type { Rows, ShopRecords } from './shop-records.ts';

/** Records of a shop on real servers, read without its services. */
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
    now: () => readingMysql(databases.payment, timeOf),
    gateway,
  };
}

async function timeOf(rows: Rows): Promise<number> {
  const [row] = await allOf(rows<{ at_now: number }>(`select ${mysqlDialect.nowText} as at_now`));
  if (row === undefined) throw new Error('a database without a clock');
  return row.at_now;
}
