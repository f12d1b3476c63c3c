import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { type IdSlice, LOOKS } from '@souk/chassis/web/paging';
import { type Expression, type Kysely, sql, type SqlBool } from 'kysely';
import { askedPayment, PAYMENT_COLUMNS, REFUND_COLUMNS, refundFromRow } from './payment-rows.ts';
import type { PaymentSchema } from './payment-schema.ts';
import type { PaymentReads } from './payment-store.ts';

/** The rows that one request looks at. */
interface Part {
  readonly within: Expression<SqlBool>;
  /** The last of them; undefined: there are no more. */
  readonly reached: string | undefined;
}

interface Whole {
  readonly table: 'payments' | 'refunds';
  readonly status: string;
  readonly userId?: string | undefined;
}

/**
 * Lists of payments, and of the refunds of all payments, newest first. No index has their status: each payment would be
 * written to it twice. Pending rows are due for a check, so the index of what is due leads to them unless there are more than `LOOKS`. All others are looked for
 * among `LOOKS` rows of the list a request.
 */
export function listsByStatus(db: Kysely<PaymentSchema>, dialect: Dialect): Pick<PaymentReads, 'payments' | 'allRefunds'> {
  async function partOf(whole: Whole, slice: IdSlice): Promise<Part> {
    const pending = whole.status === 'pending' && whole.userId === undefined ? await nextPending(whole, slice) : undefined;
    return pending ?? nextRows(whole, slice);
  }

  /** undefined: too many are pending. */
  async function nextPending({ table }: Whole, { before, limit }: IdSlice): Promise<Part | undefined> {
    // Pending rows have a next check, and no others do.
    const due = await db.selectFrom(table).select('id').where('next_check_at', '>', 0).limit(LOOKS + 1).execute();
    if (due.length > LOOKS) return undefined;
    const left = due.map(({ id }) => id).filter((id) => before === undefined || id < before);
    const next = left.toSorted().toReversed().slice(0, limit);
    return { within: dialect.in('id', next), reached: next.length < left.length ? next.at(-1) : undefined };
  }

  async function nextRows({ table, userId }: Whole, { before }: IdSlice): Promise<Part> {
    let query = db.selectFrom(table).select('id').orderBy('id', 'desc').limit(1).offset(LOOKS - 1);
    if (userId !== undefined) query = query.where(sql<SqlBool>`user_id = ${userId}`);
    if (before !== undefined) query = query.where('id', '<', before);
    const floor = (await query.executeTakeFirst())?.id;
    return { within: floor === undefined ? sql<SqlBool>`1 = 1` : sql<SqlBool>`id >= ${floor}`, reached: floor };
  }

  return {
    async payments({ userId, orderId, status }, slice) {
      const { before, limit } = slice;
      let query = db.selectFrom('payments').select(PAYMENT_COLUMNS).where('amount', 'is not', null).orderBy('id', 'desc').limit(limit);
      if (userId !== undefined) query = query.where('user_id', '=', userId);
      if (orderId !== undefined) query = query.where('order_id', '=', orderId);
      if (before !== undefined) query = query.where('id', '<', before);
      if (status !== undefined) query = query.where('status', '=', status);
      // An order has one payment.
      const part = status === undefined || orderId !== undefined ? undefined : await partOf({ table: 'payments', status, userId }, slice);
      if (part !== undefined) query = query.where(part.within);
      const rows = (await query.execute()).map(askedPayment);
      return { rows, reached: rows.length < limit ? part?.reached : undefined };
    },
    async allRefunds(status, slice) {
      const { before, limit } = slice;
      let query = db.selectFrom('refunds').select(REFUND_COLUMNS).orderBy('id', 'desc').limit(limit);
      if (before !== undefined) query = query.where('id', '<', before);
      if (status !== undefined) query = query.where('status', '=', status);
      const part = status === undefined ? undefined : await partOf({ table: 'refunds', status }, slice);
      if (part !== undefined) query = query.where(part.within);
      const rows = (await query.execute()).map(refundFromRow);
      return { rows, reached: rows.length < limit ? part?.reached : undefined };
    },
  };
}
