import { LOOKS } from '@souk/chassis/web/paging';
import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { sql } from 'kysely';
import type { OrderSchema } from './order-schema.ts';
import { OPEN_STATUSES, type OrderReads, type StuckOrder } from './order-store.ts';
import { WAITS } from './order-waits.ts';

/** Cancelled orders whose histories are read, to find when they were cancelled. */
const HISTORIES = 100;

/**
 * Orders that have waited for another service for long. Open ones are read from the old end of their status, not along their deadlines: the orders that
 * wait for stock would hide those that wait for payment there, and a deadline says nothing once somebody has changed the time-outs.
 */
export function stuckReads({ reader: db, dialect }: SqlDatabase<OrderSchema>): Pick<OrderReads, 'openFor' | 'notGivenBackFor'> {
  async function openIn(status: (typeof OPEN_STATUSES)[number], ms: number): Promise<readonly StuckOrder[]> {
    // Payment is asked when Inventory has answered. A refund that is recorded meanwhile makes the order look younger.
    const asked = status === 'placed' ? 'placed_at' : 'updated_at';
    const oldest = db.selectFrom('orders').select(['id', `${asked} as since`, 'deadline_at']).where('status', '=', status).orderBy('id').limit(LOOKS);
    const query = db.selectFrom(oldest.as('oldest')).select(['id', 'since', 'deadline_at']).where('since', '<=', sql<number>`${dialect.now} - ${ms}`);
    const waitsFor = status === 'placed' ? 'stock' : 'payment';
    return (await query.execute()).map(({ id, since, deadline_at: deadlineAt }) => ({ id, status, waitsFor, since, deadlineAt }));
  }

  /** The newest cancelled orders that lack something, those that have not changed for the longest time first. */
  function notGivenBack(ms: number) {
    const lacks = { stock: sql<number>`coalesce(${WAITS.stock_back}, 0)`, money: sql<number>`${WAITS.money_back}` };
    const newest = db
      .selectFrom('orders')
      .select(['id', 'placed_at', 'updated_at', lacks.stock.as('lacks_stock'), lacks.money.as('lacks_money')])
      .where('status', '=', 'cancelled')
      .orderBy('id', 'desc')
      .limit(LOOKS);
    return db
      .selectFrom(newest.as('newest'))
      .select(['id', 'updated_at', 'lacks_stock', 'lacks_money', sql<number>`${dialect.now} - ${ms}`.as('latest')])
      .where(sql<number>`lacks_stock + lacks_money`, '>', 0)
      .where('placed_at', '<=', sql<number>`${dialect.now} - ${ms}`)
      .orderBy('updated_at')
      .limit(HISTORIES)
      .execute();
  }

  async function cancelledAt(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (ids.length === 0) return new Map();
    const events = db.selectFrom('events').select(['stream', 'at']).where(dialect.in('stream', ids)).where('type', '=', 'order.cancelled');
    return new Map((await events.execute()).map(({ stream, at }) => [stream, at]));
  }

  return {
    async openFor(ms) {
      const stuck = await Promise.all(OPEN_STATUSES.map((status) => openIn(status, ms)));
      return stuck.flat().toSorted(longestFirst);
    },
    async notGivenBackFor(ms) {
      const orders = await notGivenBack(ms);
      const asked = await cancelledAt(orders.map(({ id }) => id));
      const stuck = orders.flatMap(({ id, updated_at, lacks_stock, lacks_money, latest }): StuckOrder[] => {
        const since = asked.get(id) ?? updated_at;
        if (since > latest) return [];
        const one = { id, status: 'cancelled', since, deadlineAt: null } as const;
        return [...(lacks_stock === 0 ? [] : [{ ...one, waitsFor: 'stock_back' } as const]), ...(lacks_money === 0 ? [] : [{ ...one, waitsFor: 'money_back' } as const])];
      });
      return stuck.toSorted(longestFirst);
    },
  };
}

const longestFirst = (a: StuckOrder, b: StuckOrder): number => a.since - b.since;
