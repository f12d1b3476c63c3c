import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Indexes in which an order costs something only while it is open (docs/adr/0062). An earlier version keeps working beside them: on MySQL its hint
 * with the name of a dropped index is only a warning. SQLite would refuse such a hint, so there the name stays.
 */
export function thinIndexes(dialect: Dialect): Readonly<Record<string, Migration>> {
  const step = (up: (db: Kysely<unknown>) => Promise<unknown>): Migration => ({ up: async (db) => void (await up(db)) });
  const counting = { name: 'orders_user_counting', table: 'orders', columns: ['user_id', 'counts_until'], unlessNull: 'counts_until' };
  return dialect.name === 'sqlite'
    ? {
        'order-030-no-orders-by-departure': step((db) => dialect.dropIndex('orders_user_erased', 'orders').execute(db)),
        'order-031-no-ended-orders-by-counting': step((db) => dialect.dropIndex('orders_user_counting', 'orders').execute(db)),
        'order-032-open-orders-by-counting': step((db) => dialect.addIndex(counting).execute(db)),
        'order-033-no-ended-orders-by-deadline': step((db) => dialect.dropIndex('orders_deadline', 'orders').execute(db)),
        'order-034-open-orders-by-deadline': step((db) =>
          dialect.addIndex({ name: 'orders_deadline', table: 'orders', columns: ['deadline_at'], unlessNull: 'deadline_at' }).execute(db),
        ),
      }
    : {
        'order-030-no-orders-by-departure': step((db) => dialect.dropIndex('orders_user_erased', 'orders').execute(db)),
        // The server computes it, whichever version writes the order; adding it touches no row.
        'order-031-counting-user': step((db) =>
          sql`alter table orders add column counting_user ${dialect.column.id} generated always as (if(counts_until is null, null, user_id)) virtual, algorithm = instant`.execute(db),
        ),
        'order-032-open-orders-by-counting': step((db) =>
          dialect.addIndex({ name: 'orders_counting', table: 'orders', columns: ['counting_user', 'counts_until'], unlessNull: 'counting_user' }).execute(db),
        ),
        'order-033-no-orders-by-counting': step((db) => dialect.dropIndex('orders_user_counting', 'orders').execute(db)),
      };
}
