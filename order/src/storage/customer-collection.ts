import { countedOwners } from '@souk/chassis/stores/sql/counted-owners';
import type { Dialect } from '@souk/chassis/stores/sql/dialect';
import type { SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import { UNTIL_IT_ENDS } from '../domain/customer-limits.ts';
import type { Customer } from './order-store.ts';

/** On MySQL the index is over a column that ended orders leave empty, so that they stand at one end of it. On SQLite it has none of them, and the name that an earlier version asks for. */
const COUNTING = {
  mysql: { index: 'orders_counting', owner: 'counting_user' },
  sqlite: { index: 'orders_user_counting', owner: 'user_id' },
} as const;

/** All that each customer has in orders that count. */
export function customers(dialect: Dialect): SqlCollection<Customer> {
  return countedOwners<Customer>(dialect, {
    table: 'customers',
    tally: {
      table: 'orders',
      ...COUNTING[dialect.name],
      figures: ['count(*) as orders', 'sum(pieces) as pieces'],
      untilColumn: 'counts_until',
      // An earlier version, which knew nothing of counting, may have ended the order.
      where: `(counts_until < ${UNTIL_IT_ENDS} or deadline_at is not null)`,
    },
    ownerOf: (figures) => ({ orders: Number(figures?.['orders'] ?? 0), pieces: Number(figures?.['pieces'] ?? 0) }),
  });
}
