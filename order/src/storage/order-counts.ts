import type { SqlDatabase } from '@souk/chassis/sql/sql-database';
import { sql } from 'kysely';
import type { OrderSchema } from './order-schema.ts';
import { OPEN_STATUSES, type OrderReads } from './order-store.ts';

/** Figures for those who watch; each query reads a page of the index over status and id, or one entry of it. */
export function orderCounts({ reader: db, flavour }: SqlDatabase<OrderSchema>): Pick<OrderReads, 'countOrders' | 'oldestOpenMs'> {
  return {
    async countOrders(status, after, limit) {
      const page = db.selectFrom('orders').select('id').where('status', '=', status).where('id', '>', after).orderBy('id').limit(limit);
      const query = db.selectFrom(page.as('page')).select([sql<number>`count(*)`.as('count'), sql<string | null>`max(id)`.as('last')]);
      const { count, last } = await query.executeTakeFirstOrThrow();
      return { count, last: count < limit ? null : last };
    },
    async oldestOpenMs() {
      const ages = OPEN_STATUSES.map(async (status) => {
        // Ids are in the order in which they were made.
        const first = db.selectFrom('orders').select(sql<number>`${flavour.now} - placed_at`.as('age')).where('status', '=', status);
        return (await first.orderBy('id').limit(1).executeTakeFirst())?.age ?? 0;
      });
      return Math.max(0, ...(await Promise.all(ages)));
    },
  };
}
