import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { type RawBuilder, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { WebhookEvent } from '../domain/gateway-call.ts';

/** Amounts in minor units, times in epoch milliseconds. Columns that a status does not use are null or 0. */
export interface PaymentsTable {
  order_id: string;
  id: string;
  user_id: string;
  /** null: from an earlier version, which had only the simulator */
  live: number | null;
  status: string;
  amount: number | null;
  currency: string | null;
  refunded: number;
  refunding: number;
  token: string | null;
  sent_at: number | null;
  attempts: number;
  next_check_at: number | null;
  order_cancelled: number;
  caused_by: string | null;
  traceparent: string | null;
  cancelled_by: string | null;
  cancelled_traceparent: string | null;
  gateway_reference: string | null;
  failure_reason: string | null;
  version: number;
  created_at: number;
  updated_at: number;
}

export interface RefundsTable {
  id: string;
  payment_id: string;
  order_id: string;
  amount: number;
  currency: string;
  reason: string;
  requested_by: string | null;
  caused_by: string | null;
  traceparent: string | null;
  status: string;
  attempts: number;
  next_check_at: number | null;
  gateway_reference: string | null;
  failure_reason: string | null;
  created_at: number;
  updated_at: number;
}

export interface PaymentMethodsTable {
  id: string;
  user_id: string;
  token: string;
  brand: string;
  last4: string;
  label: string | null;
  created_at: number;
}

export interface WebhookEventsTable {
  id: string;
  payment_key: string | null;
  said: WebhookEvent['said'];
  outcome: WebhookEvent['outcome'];
  received_at: number;
}

export interface ErasedUsersTable {
  user_id: string;
  erased_at: number;
  due_at: number | null;
}

export interface PaymentSchema {
  payments: PaymentsTable;
  refunds: RefundsTable;
  payment_methods: PaymentMethodsTable;
  webhook_events: WebhookEventsTable;
  erased_users: ErasedUsersTable;
}

/** The constraints are the last line of defence: no correct decision ever violates them. */
export function paymentMigrations(dialect: Dialect): Readonly<Record<string, Migration>> {
  return {
    'payment-001-payments': paymentsTable(dialect),
    'payment-002-payments-by-user': index('payments_user', 'payments', ['user_id', 'id']),
    'payment-003-payments-due': index('payments_due', 'payments', ['next_check_at']),
    'payment-004-refunds': refundsTable(dialect),
    'payment-005-refunds-by-payment': index('refunds_payment', 'refunds', ['payment_id', 'id']),
    'payment-006-refunds-due': index('refunds_due', 'refunds', ['next_check_at']),
    'payment-007-payment-methods': paymentMethodsTable(dialect),
    'payment-008-payment-methods-by-user': index('payment_methods_user', 'payment_methods', ['user_id', 'id']),
    'payment-009-webhook-events': webhookEventsTable(dialect),
    'payment-010-webhook-events-by-time': index('webhook_events_time', 'webhook_events', ['received_at']),
    'payment-011-erased-users': erasedUsersTable(dialect),
    'payment-012-erased-users-due': index('erased_users_due', 'erased_users', ['due_at']),
    'payment-013-payments-caused-by': column('payments', 'caused_by', dialect.column.id),
    'payment-014-payments-traceparent': column('payments', 'traceparent', dialect.column.key),
    'payment-015-payments-cancelled-by': column('payments', 'cancelled_by', dialect.column.id),
    'payment-016-payments-cancelled-traceparent': column('payments', 'cancelled_traceparent', dialect.column.key),
    'payment-017-refunds-caused-by': column('refunds', 'caused_by', dialect.column.id),
    'payment-018-refunds-traceparent': column('refunds', 'traceparent', dialect.column.key),
    'payment-019-customers': customersTable(dialect),
    'payment-020-payments-live': column('payments', 'live', dialect.column.integer),
  };
}

function index(name: string, table: string, columns: readonly string[]): Migration {
  return {
    up: (db) =>
      db.schema
        .createIndex(name)
        .on(table)
        .columns([...columns])
        .execute(),
  };
}

/** Adds a column that an earlier version leaves out. */
function column(table: string, name: string, type: RawBuilder<unknown>): Migration {
  return { up: (db) => db.schema.alterTable(table).addColumn(name, type).execute() };
}

/** The order is the primary key: a second charge for it cannot be stored. */
function paymentsTable(dialect: Dialect): Migration {
  const { id, key, text, integer } = dialect.column;
  return {
    up: (db) =>
      dialect
        .heapTable(
          db.schema
            .createTable('payments')
            .addColumn('order_id', id, (c) => c.primaryKey().notNull())
            .addColumn('id', id, (c) => c.notNull().unique())
            .addColumn('user_id', id, (c) => c.notNull())
            .addColumn('status', key, (c) => c.notNull())
            .addColumn('amount', integer)
            .addColumn('currency', key)
            .addColumn('refunded', integer, (c) => c.notNull())
            .addColumn('refunding', integer, (c) => c.notNull())
            .addColumn('token', text)
            .addColumn('sent_at', integer)
            .addColumn('attempts', integer, (c) => c.notNull())
            .addColumn('next_check_at', integer)
            .addColumn('order_cancelled', integer, (c) => c.notNull())
            .addColumn('gateway_reference', text)
            .addColumn('failure_reason', text)
            .addColumn('version', integer, (c) => c.notNull())
            .addColumn('created_at', integer, (c) => c.notNull())
            .addColumn('updated_at', integer, (c) => c.notNull())
            .addCheckConstraint('payments_status', sql`status in ('pending', 'captured', 'failed', 'voided')`)
            .addCheckConstraint('payments_amount', sql`amount >= 0 or (amount is null and status = 'voided')`)
            .addCheckConstraint(
              'payments_refunds',
              sql`refunded >= 0 and refunding >= 0 and refunded + refunding <= amount`,
            )
            .addCheckConstraint('payments_refunds_of_captured', sql`status = 'captured' or refunded + refunding = 0`)
            .addCheckConstraint('payments_due', sql`(status = 'pending') = (next_check_at is not null)`),
        )
        .execute(),
  };
}

function refundsTable(dialect: Dialect): Migration {
  const { id, key, text, integer } = dialect.column;
  return {
    up: (db) =>
      dialect
        .heapTable(
          db.schema
            .createTable('refunds')
            .addColumn('id', id, (c) => c.primaryKey().notNull())
            .addColumn('payment_id', id, (c) => c.notNull())
            .addColumn('order_id', id, (c) => c.notNull())
            .addColumn('amount', integer, (c) => c.notNull())
            .addColumn('currency', key, (c) => c.notNull())
            .addColumn('reason', text, (c) => c.notNull())
            .addColumn('requested_by', id)
            .addColumn('status', key, (c) => c.notNull())
            .addColumn('attempts', integer, (c) => c.notNull())
            .addColumn('next_check_at', integer)
            .addColumn('gateway_reference', text)
            .addColumn('failure_reason', text)
            .addColumn('created_at', integer, (c) => c.notNull())
            .addColumn('updated_at', integer, (c) => c.notNull())
            .addCheckConstraint('refunds_status', sql`status in ('pending', 'succeeded', 'failed')`)
            .addCheckConstraint('refunds_amount', sql`amount > 0`)
            .addCheckConstraint('refunds_due', sql`(status = 'pending') = (next_check_at is not null)`),
        )
        .execute(),
  };
}

function paymentMethodsTable(dialect: Dialect): Migration {
  const { id, key, text, integer } = dialect.column;
  return {
    up: (db) =>
      dialect
        .heapTable(
          db.schema
            .createTable('payment_methods')
            .addColumn('id', id, (c) => c.primaryKey().notNull())
            .addColumn('user_id', id, (c) => c.notNull())
            .addColumn('token', text, (c) => c.notNull())
            .addColumn('brand', key, (c) => c.notNull())
            .addColumn('last4', key, (c) => c.notNull())
            .addColumn('label', text)
            .addColumn('created_at', integer, (c) => c.notNull()),
        )
        .execute(),
  };
}

/** Customers with payment methods; a row is locked while a method is added. */
function customersTable(dialect: Dialect): Migration {
  return { up: (db) => dialect.clusteredTable(db.schema.createTable('customers').addColumn('id', dialect.column.id, (c) => c.primaryKey().notNull())).execute() };
}

function webhookEventsTable(dialect: Dialect): Migration {
  const { key, text, integer } = dialect.column;
  return {
    up: (db) =>
      dialect
        .heapTable(
          db.schema
            .createTable('webhook_events')
            .addColumn('id', key, (c) => c.primaryKey().notNull())
            .addColumn('payment_key', text)
            .addColumn('said', key)
            .addColumn('outcome', key, (c) => c.notNull())
            .addColumn('received_at', integer, (c) => c.notNull()),
        )
        .execute(),
  };
}

function erasedUsersTable(dialect: Dialect): Migration {
  const { id, integer } = dialect.column;
  return {
    up: (db) =>
      dialect
        .clusteredTable(
          db.schema
            .createTable('erased_users')
            .addColumn('user_id', id, (c) => c.primaryKey().notNull())
            .addColumn('erased_at', integer, (c) => c.notNull())
            .addColumn('due_at', integer),
        )
        .execute(),
  };
}
