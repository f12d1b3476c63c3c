import type { SqlDatabase } from '@souk/chassis/sql/sql-database';
import { sql } from 'kysely';
import { TELLING_EVENTS } from '../domain/erase-person.ts';
import type { OrderSchema } from './order-schema.ts';
import type { OrderReads } from './order-store.ts';

/** Who has left, and what is still kept of them; times by the database's clock. */
export function erasureReads({ reader: db, flavour }: SqlDatabase<OrderSchema>): Pick<OrderReads, 'usersErasedSince' | 'toErase'> {
  const found = ['orders.id', 'orders.version', 'deleted_at', 'told_by', 'erased_users.traceparent'] as const;
  const leavers = db.selectFrom('erased_users').innerJoin('orders', 'orders.user_id', 'erased_users.id').select(found);
  /** Asked for by their ids: SQLite would rather look at every order than begin with the few that wait. */
  async function delivered(limit: number) {
    const waiting = await db.selectFrom('orders_to_erase').select('order_id').limit(limit).execute();
    if (waiting.length === 0) return [];
    return leavers.where(flavour.in('orders.id', waiting.map(({ order_id }) => order_id))).execute();
  }
  const recent = (ms: number) => sql<number>`${flavour.now} - ${ms}`;
  return {
    async usersErasedSince(ms) {
      return (await db.selectFrom('erased_users').select('id').where('erased_at', '>', recent(ms)).execute()).map(({ id }) => id);
    },
    async toErase(ms, limit) {
      const left = await leavers
        // To MySQL it is a draw between two indexes of the same user, and the other one leads past all that is erased already.
        .modifyFront(sql`/*+ index(orders orders_user_erased) */`)
        .where('erased_users.erased_at', '>', recent(ms))
        .where('orders.erased_at', 'is', null)
        .where('orders.left_at', 'is', null)
        .limit(limit)
        .execute();
      const orders = left.length < limit ? [...left, ...(await delivered(limit - left.length))] : left;
      if (orders.length === 0) return [];
      const ofThese = flavour.in('stream', orders.map(({ id }) => id));
      const events = db.selectFrom('events').select(['type', 'stream', 'lane', 'seq', 'data', 'context']).where(ofThese);
      const told = await events.where('type', 'in', TELLING_EVENTS).execute();
      const byOrder = Map.groupBy(told, ({ stream }) => stream);
      return orders.map(({ id, version, deleted_at, told_by, traceparent }) => ({
        id,
        version,
        deletedAt: deleted_at,
        cause: { causationId: told_by, traceparent },
        told: (byOrder.get(id) ?? []).map(({ type, lane, seq, data, context }) => ({
          type,
          lane,
          seq,
          data: JSON.parse(data),
          context: JSON.parse(context),
        })),
      }));
    },
  };
}
