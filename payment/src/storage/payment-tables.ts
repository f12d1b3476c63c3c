import type { Flavour } from '@souk/chassis/sql/flavour';
import { rowCollection } from '@souk/chassis/sql/row-collection';
import type { SqlCollection } from '@souk/chassis/sql/sql-collection';
import type { Payment } from '../domain/payment.ts';
import type { PaymentMethod } from '../domain/payment-method.ts';
import type { Refund } from '../domain/refund.ts';
import { methodFromRow, methodToRow, PAYMENT_METHOD_COLUMNS } from './payment-method-rows.ts';
import { CHANGING_PAYMENT_COLUMNS, PAYMENT_COLUMNS, paymentFromRow, paymentToRow } from './payment-rows.ts';
import type { PaymentMethodsTable, PaymentsTable, RefundsTable } from './payment-schema.ts';
import type { PaymentCollections } from './payment-store.ts';
import { REFUND_COLUMNS, refundFromRow, refundToRow } from './refund-rows.ts';

/** How payments, refunds and payment methods lie in SQL tables. */
export function paymentTables(flavour: Flavour): { readonly [N in keyof PaymentCollections]: SqlCollection<PaymentCollections[N]> } {
  return {
    payments: payments(flavour),
    refunds: rowCollection<Refund, RefundsTable>(flavour, {
      table: 'refunds',
      columns: REFUND_COLUMNS,
      keyColumn: 'id',
      keyOf: ({ id }) => id,
      toRow: refundToRow,
      fromRow: refundFromRow,
    }),
    paymentMethods: rowCollection<PaymentMethod, PaymentMethodsTable>(flavour, {
      table: 'payment_methods',
      columns: PAYMENT_METHOD_COLUMNS,
      keyColumn: 'id',
      keyOf: ({ id }) => id,
      toRow: methodToRow,
      fromRow: methodFromRow,
    }),
  };
}

function payments(flavour: Flavour): SqlCollection<Payment> {
  const rows = rowCollection<Payment, PaymentsTable>(flavour, {
    table: 'payments',
    columns: PAYMENT_COLUMNS,
    keyColumn: 'order_id',
    keyOf: ({ orderId }) => orderId,
    toRow: paymentToRow,
    fromRow: paymentFromRow,
  });
  return {
    ...rows,
    update: (changes) => [
      flavour.update(
        'payments',
        CHANGING_PAYMENT_COLUMNS,
        ['order_id'],
        changes.map(({ after }) => {
          const row = paymentToRow(after);
          return [...CHANGING_PAYMENT_COLUMNS.map((column) => row[column]), row.order_id];
        }),
      ),
    ],
  };
}
