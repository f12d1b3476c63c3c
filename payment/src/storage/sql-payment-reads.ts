import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { type Kysely, sql } from 'kysely';
import type { Payment } from '../domain/payment.ts';
import { methodFromRow, PAYMENT_METHOD_COLUMNS } from './payment-method-rows.ts';
import { PAYMENT_COLUMNS, paymentFromRow } from './payment-rows.ts';
import type { PaymentSchema } from './payment-schema.ts';
import type { AskedPayment, PaymentReads } from './payment-store.ts';
import { REFUND_COLUMNS, refundFromRow } from './refund-rows.ts';

export function sqlPaymentReads(db: Kysely<PaymentSchema>, dialect: Dialect): PaymentReads {
  const now = sql<number>`${dialect.now}`;
  const payments = () => db.selectFrom('payments').select(PAYMENT_COLUMNS).where('amount', 'is not', null);
  const refunds = () => db.selectFrom('refunds').select(REFUND_COLUMNS);
  const methods = () => db.selectFrom('payment_methods').select(PAYMENT_METHOD_COLUMNS);
  return {
    async now() {
      return (await db.selectNoFrom(now.as('at')).executeTakeFirstOrThrow()).at;
    },
    async payment(id) {
      const row = await payments().where('id', '=', id).executeTakeFirst();
      return row && asked(paymentFromRow(row));
    },
    async payments({ userId, orderId }, { before, limit }) {
      let query = payments().orderBy('id', 'desc').limit(limit);
      if (userId !== undefined) query = query.where('user_id', '=', userId);
      if (orderId !== undefined) query = query.where('order_id', '=', orderId);
      if (before !== undefined) query = query.where('id', '<', before);
      return (await query.execute()).map((row) => asked(paymentFromRow(row)));
    },
    async refund(id) {
      const row = await refunds().where('id', '=', id).executeTakeFirst();
      return row && refundFromRow(row);
    },
    async refunds(paymentId, { before, limit }) {
      let query = refunds().where('payment_id', '=', paymentId).orderBy('id', 'desc').limit(limit);
      if (before !== undefined) query = query.where('id', '<', before);
      return (await query.execute()).map(refundFromRow);
    },
    async method(id) {
      const row = await methods().where('id', '=', id).executeTakeFirst();
      return row && methodFromRow(row);
    },
    async methods(userId, { before, limit }) {
      let query = methods().where('user_id', '=', userId).orderBy('id', 'desc').limit(limit);
      if (before !== undefined) query = query.where('id', '<', before);
      return (await query.execute()).map(methodFromRow);
    },
    usersToErase(limit) {
      const due = db.selectFrom('erased_users').select('user_id as userId').where('due_at', '<=', now);
      return due.orderBy('due_at').limit(limit).execute();
    },
    duePayments(limit) {
      const due = db.selectFrom('payments').select('order_id as orderId').where('next_check_at', '<=', now);
      return due.orderBy('next_check_at').limit(limit).execute();
    },
    dueRefunds(limit) {
      const due = db
        .selectFrom('refunds')
        .select(['order_id as orderId', 'id as refundId'])
        .where('next_check_at', '<=', now);
      return due.orderBy('next_check_at').limit(limit).execute();
    },
  };
}

function asked(payment: Payment): AskedPayment {
  if (payment.status !== 'voided') return payment;
  if (payment.amount === null) throw new Error('a tombstone is nobody’s payment');
  return { ...payment, amount: payment.amount };
}
