import { countedOwners } from '@souk/chassis/sql/counted-owners';
import type { Flavour } from '@souk/chassis/sql/flavour';
import type { SqlCollection } from '@souk/chassis/sql/sql-collection';
import { UNTIL_IT_ENDS } from '../domain/customer-limits.ts';
import type { Customer } from './order-store.ts';

/** All that each customer has in orders that count. */
export function customers(flavour: Flavour): SqlCollection<Customer> {
  return countedOwners<Customer>(flavour, {
    table: 'customers',
    tally: {
      table: 'orders',
      index: 'orders_user_counting',
      owner: 'user_id',
      figures: ['count(*) as orders', 'sum(pieces) as pieces'],
      untilColumn: 'counts_until',
      // An earlier version, which knew nothing of counting, may have ended the order.
      where: `(counts_until < ${UNTIL_IT_ENDS} or deadline_at is not null)`,
    },
    ownerOf: (figures) => ({ orders: Number(figures?.['orders'] ?? 0), pieces: Number(figures?.['pieces'] ?? 0) }),
  });
}
