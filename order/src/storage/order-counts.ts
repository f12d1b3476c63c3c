import type { Row, SqlDatabase, Statement, TransactionScript } from '@souk/chassis/stores/sql/sql-database';
import type { OrderStatus } from '@souk/contracts/saga';
import { sql } from 'kysely';
import { CLOCKS_DIFFER_MS, lowestId } from './order-ids.ts';
import type { OrderCountsTable, OrderSchema } from './order-schema.ts';
import { OPEN_STATUSES, type OrderReads, type OrderStore } from './order-store.ts';

type Counts = Pick<OrderReads, 'countOrders' | 'counted' | 'agesOfOldest' | 'oldestOpenMs'>;

/** Figures for metrics; each query reads a page of the index over status and id, or one entry of it. */
export function orderCounts({ reader: db, dialect }: SqlDatabase<OrderSchema>): Counts {
  return {
    async countOrders(status, after, limit) {
      const page = db.selectFrom('orders').select('id').where('status', '=', status).where('id', '>', after).orderBy('id').limit(limit);
      const query = db.selectFrom(page.as('page')).select([sql<number>`count(*)`.as('count'), sql<string | null>`max(id)`.as('last')]);
      const { count, last } = await query.executeTakeFirstOrThrow();
      return { count, last: count < limit ? null : last };
    },
    async counted(status) {
      const row = await db.selectFrom('order_counts').select(['counted', 'up_to']).where('status', '=', status).executeTakeFirst();
      return { count: row?.counted ?? 0, upTo: row?.up_to ?? '' };
    },
    async agesOfOldest(status, limit) {
      const oldest = await db.selectFrom('orders').select('id').where('status', '=', status).orderBy('id').limit(limit).execute();
      const now = Date.now();
      return oldest.map(({ id }) => now - madeAt(id));
    },
    async oldestOpenMs() {
      const ages = OPEN_STATUSES.map(async (status) => {
        // Ids sort by the time they were made.
        const first = db.selectFrom('orders').select(sql<number>`${dialect.now} - placed_at`.as('age')).where('status', '=', status);
        return (await first.orderBy('id').limit(1).executeTakeFirst())?.age ?? 0;
      });
      return Math.max(0, ...(await Promise.all(ages)));
    },
  };
}

/** Locks the row of the status, so that each order is counted by one process. */
export function endedCounter({ dialect, transact }: SqlDatabase<OrderSchema>): OrderStore['countEnded'] {
  const columns = ['status', 'counted', 'up_to'];
  const oldest = (status: OrderStatus): Statement => ({ sql: 'select id from orders where status = ? order by id limit 1', parameters: [status] });
  const clock: Statement = { sql: `select ${dialect.nowText} as at_now`, parameters: [] };
  const page = 'select id from orders where status = ? and id > ? and id < ? order by id limit ?';

  function* count(status: OrderStatus, limit: number): TransactionScript<number> {
    const known: readonly (readonly Row[])[] = yield [dialect.load('order_counts', columns, 'status', [status]), clock, ...OPEN_STATUSES.map(oldest)];
    const [counts = [], clocks = [], ...open] = known;
    const row = counts[0] as OrderCountsTable | undefined;
    const { at_now: now } = clocks[0] as { readonly at_now: number };
    const openIds = open.flat().map((first) => (first as { readonly id: string }).id);
    const end = [lowestId(now - CLOCKS_DIFFER_MS), ...openIds].toSorted()[0];
    const counting = { sql: `select count(*) as n, max(id) as last_id from (${page}) as page`, parameters: [status, row?.up_to ?? '', end, limit] };
    const [found = []]: readonly (readonly Row[])[] = yield [counting];
    const { n, last_id: last } = found[0] as { readonly n: number; readonly last_id: string | null };
    if (n === 0) return { writes: [], result: 0 };
    const after = [(row?.counted ?? 0) + n, last, status];
    const write = row === undefined ? dialect.insert('order_counts', ['counted', 'up_to', 'status'], [after]) : dialect.update('order_counts', ['counted', 'up_to'], ['status'], [after]);
    return { writes: [write], result: n };
  }

  return (status, limit) => transact(() => count(status, limit));
}

/** Creation time of a UUIDv7 in epoch milliseconds: it begins with that. */
function madeAt(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
