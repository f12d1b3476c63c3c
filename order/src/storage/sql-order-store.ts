import type { SqlDatabase } from '@souk/chassis/sql/sql-database';
import { sqlServiceStore } from '@souk/chassis/sql/sql-service-store';
import type { Kysely } from 'kysely';
import { catalogueEntries, catalogueProducts } from './catalogue-collections.ts';
import { orderCollection } from './order-collection.ts';
import { orderMigrations } from './order-migrations.ts';
import type { OrderSchema } from './order-schema.ts';
import type { OrderCollections, OrderStore } from './order-store.ts';
import { sqlOrderReads } from './sql-order-reads.ts';

/** Order's store on any SQL database the chassis has an adapter for. */
export function sqlOrderStore(database: SqlDatabase<OrderSchema>): OrderStore {
  const { flavour } = database;
  // A Kysely does not fit one of unknown tables, although it only compiles statements here.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const reader = database.reader as unknown as Kysely<unknown>;
  const collections = {
    orders: orderCollection(flavour, reader),
    catalogue: catalogueEntries(flavour, reader),
    catalogueProducts: catalogueProducts(flavour, reader),
  };
  const store = sqlServiceStore<OrderCollections, OrderSchema>(database, collections, orderMigrations(flavour));
  return { ...store, reads: sqlOrderReads(database) };
}
