import { countedOwners, type SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import type { Dialect, SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { sqlServiceStore } from '@souk/chassis/stores/sql/sql-service-store';
import { UNTIL_IT_ENDS } from '../domain/customer-limits.ts';
import { catalogueEntries, catalogueProducts, catalogueRebuilds, freshCatalogue, offers, offersMemory } from './catalogue-rows.ts';
import { erasedUsers, ordersToErase, rewrittenEvents } from './erasure-rows.ts';
import { orderMigrations } from './order-migrations.ts';
import { orderCollection } from './order-rows.ts';
import type { OrderSchema } from './order-schema.ts';
import type { Customer, OrderCollections, OrderStore } from './order-store.ts';
import { endedCounter } from './orders-by-id.ts';
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

/**
 * On MySQL the index covers a column that is null where `counts_until` is, as in most ended orders, so these lie together at one end of it. On SQLite
 * it leaves them out, and keeps the name that an earlier version asks for.
 */
const COUNTING = {
  mysql: { index: 'orders_counting', owner: 'counting_user' },
  sqlite: { index: 'orders_user_counting', owner: 'user_id' },
} as const;

/** Totals of each customer's orders that count. */
export function customers(dialect: Dialect): SqlCollection<Customer> {
  return countedOwners<Customer>(dialect, {
    table: 'customers',
    tally: {
      table: 'orders',
      ...COUNTING[dialect.name],
      figures: ['count(*) as orders', 'sum(pieces) as pieces'],
      untilColumn: 'counts_until',
      // Leaves out orders that were ended by an earlier version, which did not know `counts_until`.
      where: `(counts_until < ${UNTIL_IT_ENDS} or deadline_at is not null)`,
    },
    ownerOf: (figures) => ({ orders: Number(figures?.['orders'] ?? 0), pieces: Number(figures?.['pieces'] ?? 0) }),
  });
}
