import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { appendOnly, rowCollection, type SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import type { ErasedUsersTable, OrdersToEraseTable } from './order-schema.ts';
import type { ErasedUser, OrderToErase, RewrittenEvent } from './order-store.ts';

export function erasedUsers(dialect: Dialect): SqlCollection<ErasedUser> {
  return rowCollection<ErasedUser, ErasedUsersTable>(dialect, {
    table: 'erased_users',
    columns: ['id', 'erased_at', 'deleted_at', 'told_by', 'traceparent'],
    keyColumn: 'id',
    keyOf: ({ id }) => id,
    toRow: ({ erasedAt, deletedAt, toldBy, ...rest }) => ({ ...rest, erased_at: erasedAt, deleted_at: deletedAt, told_by: toldBy }),
    fromRow: ({ erased_at, deleted_at, told_by, ...rest }) => ({ ...rest, erasedAt: erased_at, deletedAt: deleted_at, toldBy: told_by }),
  });
}

export function ordersToErase(dialect: Dialect): SqlCollection<OrderToErase> {
  const key = 'order_id';
  return {
    ...rowCollection<OrderToErase, OrdersToEraseTable>(dialect, {
      table: 'orders_to_erase',
      columns: [key],
      keyColumn: key,
      keyOf: ({ orderId }) => orderId,
      toRow: ({ orderId }) => ({ order_id: orderId }),
      fromRow: ({ order_id }) => ({ orderId: order_id }),
    }),
    update: () => [],
  };
}

/** Rewrites what events say of a deleted user: the one exception from events never being changed. */
export function rewrittenEvents(dialect: Dialect): SqlCollection<RewrittenEvent> {
  return appendOnly(
    ({ lane, seq }) => `${lane} ${seq}`,
    (events) => [
      dialect.update(
        'events',
        ['data', 'context'],
        ['lane', 'seq'],
        events.map(({ lane, seq, data, context }) => [JSON.stringify(data), JSON.stringify(context), lane, seq]),
      ),
    ],
  );
}
