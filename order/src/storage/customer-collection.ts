import { countedOwners, type SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { UNTIL_IT_ENDS } from '../domain/customer-limits.ts';
import type { Customer } from './order-store.ts';

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
