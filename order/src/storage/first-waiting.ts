import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { type ExpressionBuilder, sql } from 'kysely';
import type { OrderSchema } from './order-schema.ts';
import type { OrderReads } from './order-store.ts';

/** States that prove an answer of Inventory, and of Payment. A cancelled order may have had no answer. */
const ANSWERED = { stock: ['awaiting_payment', 'completed', 'rejected'], payment: ['completed'] } as const;

/** Each query reads one entry of the index over status and id, or up to `limit`. */
export function firstWaiting({ reader: db, dialect }: SqlDatabase<OrderSchema>): OrderReads['firstWaiting'] {
  /** The newest order of a status; ids sort by the time they were made. */
  const newest = (eb: ExpressionBuilder<OrderSchema, never>, status: string) =>
    eb.selectFrom('orders').select(({ fn }) => fn.max('id').as('id')).where('status', '=', status);

  async function first(status: string, after: string, limit: number) {
    const waiting = db.selectFrom('orders').select('id').where('status', '=', status).where('id', '>', after).orderBy('id').limit(limit);
    const line = db.selectFrom(waiting.as('waiting')).select([sql<number>`count(*)`.as('waiting'), sql<string | null>`min(id)`.as('first')]);
    const { waiting: count, age } = await db
      .selectFrom(line.as('line'))
      .leftJoin('orders', 'orders.id', 'line.first')
      .select(['line.waiting', sql<number | null>`${dialect.now} - orders.placed_at`.as('age')])
      .executeTakeFirstOrThrow();
    return { waiting: count, ageMs: age === null ? 0 : Math.max(1, age) };
  }

  return async (limit) => {
    const fronts = await db
      .selectNoFrom((eb) => [
        newest(eb, 'awaiting_payment').as('awaiting_payment'),
        newest(eb, 'completed').as('completed'),
        newest(eb, 'rejected').as('rejected'),
      ])
      .executeTakeFirstOrThrow();
    const front = (statuses: readonly (keyof typeof fronts)[]) => statuses.map((status) => fronts[status] ?? '').reduce((a, b) => (a > b ? a : b));
    const [stock, payment] = await Promise.all([first('placed', front(ANSWERED.stock), limit), first('awaiting_payment', front(ANSWERED.payment), limit)]);
    return { stock, payment };
  };
}
