import type { Flavour } from '@souk/chassis/sql/flavour';
import { rowCollection } from '@souk/chassis/sql/row-collection';
import { appendOnly, type SqlCollection } from '@souk/chassis/sql/sql-collection';
import type { ErasedUsersTable } from './order-schema.ts';
import type { ErasedUser, RewrittenEvent } from './order-store.ts';

export function erasedUsers(flavour: Flavour): SqlCollection<ErasedUser> {
  return rowCollection<ErasedUser, ErasedUsersTable>(flavour, {
    table: 'erased_users',
    columns: ['id', 'erased_at'],
    keyColumn: 'id',
    keyOf: ({ id }) => id,
    toRow: ({ id, erasedAt }) => ({ id, erased_at: erasedAt }),
    fromRow: ({ id, erased_at }) => ({ id, erasedAt: erased_at }),
  });
}

/** The one exception from events never being changed: what they say of a person who has left. */
export function rewrittenEvents(flavour: Flavour): SqlCollection<RewrittenEvent> {
  return appendOnly(
    ({ lane, seq }) => `${lane} ${seq}`,
    (events) => [
      flavour.update(
        'events',
        ['data', 'context'],
        ['lane', 'seq'],
        events.map(({ lane, seq, data, context }) => [JSON.stringify(data), JSON.stringify(context), lane, seq]),
      ),
    ],
  );
}
