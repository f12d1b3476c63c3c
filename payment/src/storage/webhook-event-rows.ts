import type { WebhookEvent } from '../domain/gateway-call.ts';
import type { WebhookEventsTable } from './payment-schema.ts';

export const WEBHOOK_EVENT_COLUMNS = ['id', 'payment_key', 'said', 'outcome', 'received_at'] as const;

export function webhookEventToRow({ id, key, said, outcome, receivedAt }: WebhookEvent): WebhookEventsTable {
  return { id, payment_key: key, said, outcome, received_at: receivedAt };
}

export function webhookEventFromRow({ id, payment_key: key, said, outcome, received_at }: WebhookEventsTable): WebhookEvent {
  return { id, key, said, outcome, receivedAt: received_at };
}
