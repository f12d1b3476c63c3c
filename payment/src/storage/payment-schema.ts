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
