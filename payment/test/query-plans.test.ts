import { describeQueryPlans, loadBatch } from '@souk/chassis/testing/describe-query-plans';
import { ID, idOf } from '@souk/chassis/testing/query-costs';
import type { PaymentStore } from '../src/storage/payment-store.ts';
import { sqlPaymentStore } from '../src/storage/sql-payment-store.ts';

const all = {};

function load(store: PaymentStore): Promise<void> {
  const ids = [idOf(7), idOf(11_111)];
  return loadBatch(store, { payments: ids, refunds: ids, paymentMethods: ids, webhookEvents: ids, erasedUsers: ids });
}

describeQueryPlans({
  among: '100,000 payments',
  open: sqlPaymentStore,
  small: [],
  async fill(meter) {
    const owner = ID.replaceAll('n)', 'n mod 1000)');
    const dueAt = 'if(n mod 10 = 0, unix_timestamp() * 1000 - 1000 + 100 * n, null)';
    const times = { created_at: 'n', updated_at: 'n', next_check_at: dueAt, attempts: '0' };
    const money = { amount: '100', currency: "'EUR'" };
    const reference = { gateway_reference: "'ref'", token: "'tok'", sent_at: 'n' };
    const status = "if(n mod 10 = 0, 'pending', 'captured')";
    const payment = { order_id: ID, id: ID, user_id: owner, status, refunded: '0', refunding: '0', order_cancelled: '0', version: '1' };
    await meter.fill('payments', { ...payment, ...money, ...times, ...reference });
    const refund = { id: ID, payment_id: owner, order_id: ID, reason: "'broken'", status: "if(n mod 100 = 0, 'pending', 'succeeded')", next_check_at: dueAt.replace('n mod 10 ', 'n mod 100 ') };
    await meter.fill('refunds', { ...money, ...times, ...refund, gateway_reference: "'ref'" }, 20_000);
    const method = { id: ID, user_id: owner, token: "'tok'", brand: "'visa'", last4: "'4242'", created_at: 'n' };
    await meter.fill('payment_methods', method, 20_000);
    const webhook = { id: ID, payment_key: "'payment:1'", said: "'succeeded'", outcome: "'changed'", received_at: 'n' };
    await meter.fill('webhook_events', webhook, 20_000);
    await meter.fill('erased_users', { user_id: ID, erased_at: 'n', due_at: 'if(n mod 100 = 0, n, null)' }, 20_000);
  },
  queries: [
    ['what a batch loads', 10, load],
    ['a payment', 10, (store) => store.reads.payment(idOf(50_000))],
    ['a page of all payments', 100, (store) => store.reads.payments(all, { before: idOf(60_000), limit: 20 })],
    ['a page of a customer', 100, (store) => store.reads.payments({ ...all, userId: idOf(5) }, { before: idOf(60_000), limit: 20 })],
    ['the payment of an order', 10, (store) => store.reads.payments({ ...all, orderId: idOf(5) }, { before: undefined, limit: 20 })],
    // Each looks at 1,000 rows of the list at most, or at 1,001 entries of the index of what is due.
    ['failed payments', 2100, (store) => store.reads.payments({ status: 'failed' }, { before: idOf(60_000), limit: 20 })],
    ['many pending payments', 2100, (store) => store.reads.payments({ status: 'pending' }, { before: idOf(60_000), limit: 20 })],
    ['failed payments of a customer', 2100, (store) => store.reads.payments({ userId: idOf(5), status: 'failed' }, { before: undefined, limit: 20 })],
    ['the failed payment of an order', 10, (store) => store.reads.payments({ orderId: idOf(5), status: 'failed' }, { before: undefined, limit: 20 })],
    ['a page of all refunds', 100, (store) => store.reads.allRefunds(undefined, { before: idOf(15_000), limit: 20 })],
    ['failed refunds', 2100, (store) => store.reads.allRefunds('failed', { before: idOf(15_000), limit: 20 })],
    ['few pending refunds', 1100, (store) => store.reads.allRefunds('pending', { before: undefined, limit: 20 })],
    ['a refund', 10, (store) => store.reads.refund(idOf(15_000))],
    ['refunds of a payment', 100, (store) => store.reads.refunds(idOf(5), { before: idOf(60_000), limit: 20 })],
    ['a payment method', 10, (store) => store.reads.method(idOf(5))],
    ['payment methods of a customer', 100, (store) => store.reads.methods(idOf(5), { before: idOf(15_000), limit: 20 })],
    ['due payments', 110, (store) => store.reads.duePayments(100)],
    ['due refunds', 110, (store) => store.reads.dueRefunds(100)],
    ['old webhooks', 220, (store) => store.forgetWebhooks(5000, 100)],
    ['users to erase', 110, (store) => store.reads.usersToErase(100)],
  ],
});
