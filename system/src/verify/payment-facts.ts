import type { FactStore } from './fact-store.ts';
import type { PaymentFact, RefundFact, WebhookFact } from './facts.ts';
import type { Rows } from './shop-records.ts';

/** Reads the database of Payment. */
export async function paymentFacts(rows: Rows, facts: FactStore): Promise<void> {
  await facts.addAll('payments', rows<PaymentFact>('select id, order_id as orderId, status, amount, refunded, refunding from payments'));
  await facts.addAll('refunds', rows<RefundFact>('select id, payment_id as paymentId, amount, status from refunds'));
  await facts.addAll('paymentMethods', rows<{ id: string; userId: string }>('select id, user_id as userId from payment_methods'));
  await facts.addAll('webhooks', rows<WebhookFact>('select id, payment_key as `key`, said, outcome from webhook_events'));
}
