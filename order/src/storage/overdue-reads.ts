import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { sql } from 'kysely';
import type { OrderSchema } from './order-schema.ts';
import { OPEN_STATUSES, type OrderReads, type WaitingOrder } from './order-store.ts';

const isWaiting = (status: string): status is WaitingOrder['status'] => OPEN_STATUSES.some((open) => open === status);

/** Reads by which the deadlines of orders are judged. */
export function overdueReads({ reader: db, dialect }: SqlDatabase<OrderSchema>): Pick<OrderReads, 'overdueOrders' | 'tracesOf' | 'sending'> {
  return {
    async overdueOrders(upTo, limit) {
      const overdue = db.selectFrom('orders').select(['id', 'status', 'version', 'placed_at', 'updated_at']).where('deadline_at', '<=', upTo);
      const rows = await overdue.orderBy('deadline_at').limit(limit).execute();
      return rows.flatMap(({ id, status, version, placed_at: placedAt, updated_at: updatedAt }) =>
        // Payment is asked when Inventory has answered. A refund that is recorded meanwhile makes the order look younger, so its deadline comes later.
        isWaiting(status) ? [{ id, status, version, askedAt: status === 'placed' ? placedAt : updatedAt }] : [],
      );
    },
    async tracesOf(orders) {
      const ids = orders.map(({ id }) => id);
      const rows = await db.selectFrom('events').select(['stream', 'version', 'traceparent']).where(dialect.in('stream', ids)).execute();
      const byVersion = new Map(rows.map(({ stream, version, traceparent }) => [`${stream} ${version}`, traceparent]));
      return orders.map(({ id, version }) => ({ id, traceparent: byVersion.get(`${id} ${version}`) ?? null }));
    },
    async sending() {
      // For each process its first event that is not known to be sent. Not a join: SQLite would search all events for the least time.
      const unsentOf = db.selectFrom('lanes').select((lane) =>
        lane
          .selectFrom('events')
          .select('events.at')
          .whereRef('events.lane', '=', 'lanes.lane')
          .where('events.seq', '=', sql<number>`lanes.published_seq + 1`)
          .as('at'),
      );
      const unsent = db.selectFrom(unsentOf.as('unsent')).select(({ fn }) => fn.min('unsent.at').as('at'));
      return db.selectNoFrom([dialect.now.as('now'), unsent.as('unsentSince')]).executeTakeFirstOrThrow();
    },
  };
}
