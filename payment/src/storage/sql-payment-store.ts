import { countedOwners, rowCollection, type SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import type { Dialect, SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { forgetRows } from '@souk/chassis/stores/sql/forget-rows';
import { sqlServiceStore } from '@souk/chassis/stores/sql/sql-service-store';
import { type Kysely, sql } from 'kysely';
import type { WebhookEvent } from '../domain/gateway-call.ts';
import type { Payment, Refund } from '../domain/payment.ts';
import type { ErasedUser, PaymentMethod } from '../domain/payment-method.ts';
import { listsByStatus } from './lists-by-status.ts';
import {
  askedPayment,
  CHANGING_PAYMENT_COLUMNS,
  ERASED_USER_COLUMNS,
  erasedUserFromRow,
  erasedUserToRow,
  methodFromRow,
  methodToRow,
  PAYMENT_COLUMNS,
  PAYMENT_METHOD_COLUMNS,
  PAYMENT_STATE_COLUMNS,
  paymentFromRow,
  paymentToRow,
  REFUND_COLUMNS,
  refundFromRow,
  refundToRow,
  WEBHOOK_EVENT_COLUMNS,
  webhookEventFromRow,
  webhookEventToRow,
} from './payment-rows.ts';
import {
  type ErasedUsersTable,
  type PaymentMethodsTable,
  paymentMigrations,
  type PaymentSchema,
  type PaymentsTable,
  type RefundsTable,
  type WebhookEventsTable,
} from './payment-schema.ts';
import type { Customer, PaymentCollections, PaymentReads, PaymentStore } from './payment-store.ts';

/** Payment's store on any SQL database that the chassis has an adapter for. Call `migrate()` before anything else. */
export function sqlPaymentStore(database: SqlDatabase<PaymentSchema>): PaymentStore {
  const { dialect, reader } = database;
  const collections = paymentCollections(dialect);
  const store = sqlServiceStore<PaymentCollections, PaymentSchema>(database, collections, paymentMigrations(dialect));
  return {
    ...store,
    reads: sqlPaymentReads(reader, dialect),
    forgetWebhooks(before, limit) {
      const old = reader.selectFrom('webhook_events').select('id').where('received_at', '<', before).limit(limit);
      return forgetRows(database, 'webhook_events', 'id', old.compile());
    },
  };
}

/** Maps Payment's entities to SQL tables. */
function paymentCollections(dialect: Dialect): { readonly [N in keyof PaymentCollections]: SqlCollection<PaymentCollections[N]> } {
  return {
    payments: paymentCollection(dialect),
    refunds: rowCollection<Refund, RefundsTable>(dialect, {
      table: 'refunds',
      columns: REFUND_COLUMNS,
      keyColumn: 'id',
      keyOf: ({ id }) => id,
      toRow: refundToRow,
      fromRow: refundFromRow,
    }),
    paymentMethods: rowCollection<PaymentMethod, PaymentMethodsTable>(dialect, {
      table: 'payment_methods',
      columns: PAYMENT_METHOD_COLUMNS,
      keyColumn: 'id',
      keyOf: ({ id }) => id,
      toRow: methodToRow,
      fromRow: methodFromRow,
    }),
    customers: countedOwners<Customer>(dialect, {
      table: 'customers',
      tally: { table: 'payment_methods', index: 'payment_methods_user', owner: 'user_id', figures: ['count(*) as methods'] },
      ownerOf: (figures) => ({ methods: Number(figures?.['methods'] ?? 0) }),
    }),
    webhookEvents: rowCollection<WebhookEvent, WebhookEventsTable>(dialect, {
      table: 'webhook_events',
      columns: WEBHOOK_EVENT_COLUMNS,
      keyColumn: 'id',
      keyOf: ({ id }) => id,
      toRow: webhookEventToRow,
      fromRow: webhookEventFromRow,
    }),
    erasedUsers: rowCollection<ErasedUser, ErasedUsersTable>(dialect, {
      table: 'erased_users',
      columns: ERASED_USER_COLUMNS,
      keyColumn: 'user_id',
      keyOf: ({ userId }) => userId,
      toRow: erasedUserToRow,
      fromRow: erasedUserFromRow,
    }),
  };
}

function paymentCollection(dialect: Dialect): SqlCollection<Payment> {
  const rows = rowCollection<Payment, PaymentsTable>(dialect, {
    table: 'payments',
    columns: PAYMENT_COLUMNS,
    keyColumn: 'order_id',
    keyOf: ({ orderId }) => orderId,
    toRow: paymentToRow,
    fromRow: paymentFromRow,
    remembered: { guard: PAYMENT_STATE_COLUMNS, bytesOf: () => 1500 },
  });
  return {
    ...rows,
    update: (changes) => [
      dialect.update(
        'payments',
        CHANGING_PAYMENT_COLUMNS,
        ['order_id'],
        changes.map(({ before, after }) => {
          const [was, row] = [paymentToRow(before), paymentToRow(after)];
          return [...CHANGING_PAYMENT_COLUMNS.map((column) => row[column]), row.order_id, ...PAYMENT_STATE_COLUMNS.map((column) => was[column])];
        }),
        PAYMENT_STATE_COLUMNS,
      ),
    ],
  };
}

function sqlPaymentReads(db: Kysely<PaymentSchema>, dialect: Dialect): PaymentReads {
  const now = sql<number>`${dialect.now}`;
  const refunds = () => db.selectFrom('refunds').select(REFUND_COLUMNS);
  const methods = () => db.selectFrom('payment_methods').select(PAYMENT_METHOD_COLUMNS);
  return {
    async now() {
      return (await db.selectNoFrom(now.as('at')).executeTakeFirstOrThrow()).at;
    },
    async payment(id) {
      const row = await db.selectFrom('payments').select(PAYMENT_COLUMNS).where('amount', 'is not', null).where('id', '=', id).executeTakeFirst();
      return row && askedPayment(row);
    },
    ...listsByStatus(db, dialect),
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
