import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { sqlServiceStore } from '@souk/chassis/stores/sql/sql-service-store';
import { catalogueEntries, catalogueProducts, offers, offersMemory } from './catalogue-rows.ts';
import { catalogueRebuilds } from './catalogue-rebuild-rows.ts';
import { customers } from './customer-collection.ts';
import { erasedUsers, ordersToErase, rewrittenEvents } from './erasure-collections.ts';
import { freshCatalogue } from './fresh-catalogue.ts';
import { endedCounter } from './order-counts.ts';
import { orderCollection } from './order-collection.ts';
import { orderMigrations } from './order-migrations.ts';
import type { OrderSchema } from './order-schema.ts';
import type { OrderCollections, OrderStore } from './order-store.ts';
import { sqlOrderReads } from './sql-order-reads.ts';

/** Order's store on any SQL database the chassis has an adapter for. `now`: a monotonic clock in milliseconds. */
export function sqlOrderStore(database: SqlDatabase<OrderSchema>, now: () => number = () => performance.now()): OrderStore {
  const { dialect } = database;
  const seen = offersMemory(now);
  const collections = {
    orders: orderCollection(dialect),
    customers: customers(dialect),
    // Locked before the rest of the catalogue, so that processes that copy products take turns.
    catalogueRebuilds: catalogueRebuilds(dialect),
    catalogue: catalogueEntries(dialect, 'catalogue'),
    // After `catalogue`, which locks the same rows.
    offers: offers(dialect, seen),
    catalogueProducts: catalogueProducts(dialect, 'catalogue_products'),
    freshCatalogue: catalogueEntries(dialect, 'catalogue_fresh'),
    freshProducts: catalogueProducts(dialect, 'catalogue_products_fresh'),
    erasedUsers: erasedUsers(dialect),
    ordersToErase: ordersToErase(dialect),
    rewrittenEvents: rewrittenEvents(dialect),
  };
  const store = sqlServiceStore<OrderCollections, OrderSchema>(database, collections, orderMigrations(dialect));
  return { ...store, reads: sqlOrderReads(database), fresh: freshCatalogue(database, () => seen.forgetAll()), countEnded: endedCounter(database) };
}
