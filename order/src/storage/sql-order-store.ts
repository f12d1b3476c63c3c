import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { sqlServiceStore } from '@souk/chassis/stores/sql/sql-service-store';
import { catalogueEntries, catalogueProducts, offers, offersMemory } from './catalogue-collections.ts';
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

/** Order's store on any SQL database the chassis has an adapter for. `now`: milliseconds of a clock that only goes on. */
export function sqlOrderStore(database: SqlDatabase<OrderSchema>, now: () => number = () => performance.now()): OrderStore {
  const { flavour } = database;
  const seen = offersMemory(now);
  const collections = {
    orders: orderCollection(flavour),
    customers: customers(flavour),
    // Locked before all others that belong to it: two processes that copy products take turns.
    catalogueRebuilds: catalogueRebuilds(flavour),
    catalogue: catalogueEntries(flavour, 'catalogue'),
    // After the lock of the same rows.
    offers: offers(flavour, seen),
    catalogueProducts: catalogueProducts(flavour, 'catalogue_products'),
    freshCatalogue: catalogueEntries(flavour, 'catalogue_fresh'),
    freshProducts: catalogueProducts(flavour, 'catalogue_products_fresh'),
    erasedUsers: erasedUsers(flavour),
    ordersToErase: ordersToErase(flavour),
    rewrittenEvents: rewrittenEvents(flavour),
  };
  const store = sqlServiceStore<OrderCollections, OrderSchema>(database, collections, orderMigrations(flavour));
  return { ...store, reads: sqlOrderReads(database), fresh: freshCatalogue(database, () => seen.forgetAll()), countEnded: endedCounter(database) };
}
