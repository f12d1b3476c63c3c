import type { Dialect } from '@souk/chassis/stores/sql/dialect';
import { countedOwners } from '@souk/chassis/stores/sql/counted-owners';
import { rowCollection } from '@souk/chassis/stores/sql/row-collection';
import type { SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import type { ErasedUser, PaymentMethod } from '../domain/payment-method.ts';
import type { Payment, Refund } from '../domain/payment.ts';
import type { WebhookEvent } from '../domain/gateway-call.ts';
import { ERASED_USER_COLUMNS, erasedUserFromRow, erasedUserToRow } from './erased-user-rows.ts';
import { methodFromRow, methodToRow, PAYMENT_METHOD_COLUMNS } from './payment-method-rows.ts';
import { CHANGING_PAYMENT_COLUMNS, PAYMENT_COLUMNS, PAYMENT_STATE_COLUMNS, paymentFromRow, paymentToRow } from './payment-rows.ts';
import type {
  ErasedUsersTable,
  PaymentMethodsTable,
  PaymentsTable,
  RefundsTable,
  WebhookEventsTable,
} from './payment-schema.ts';
import type { Customer, PaymentCollections } from './payment-store.ts';
import { REFUND_COLUMNS, refundFromRow, refundToRow } from './refund-rows.ts';
import { WEBHOOK_EVENT_COLUMNS, webhookEventFromRow, webhookEventToRow } from './webhook-event-rows.ts';

/** Maps Payment's entities to SQL tables. */
export function paymentCollections(dialect: Dialect): { readonly [N in keyof PaymentCollections]: SqlCollection<PaymentCollections[N]> } {
  return {
    payments: payments(dialect),
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

function payments(dialect: Dialect): SqlCollection<Payment> {
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
