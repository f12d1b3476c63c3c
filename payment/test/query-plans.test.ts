import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { openMysql } from '@souk/chassis/sql/mysql-database';
import { type CostMeter, costMeter, ID, type RecordedDatabase, recordedDatabase } from '@souk/chassis/testing/query-costs';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { type TemporaryDatabase, temporaryDatabase } from '@souk/chassis/testing/temporary-mysql-store';
import type { PaymentSchema } from '../src/storage/payment-schema.ts';
import type { PaymentStore } from '../src/storage/payment-store.ts';
import { sqlPaymentStore } from '../src/storage/sql-payment-store.ts';

const id = (number: number) => `${number.toString(16).toUpperCase().padStart(8, '0')}-0000-7000-8000-000000000000`;
const all = { userId: undefined, orderId: undefined };

describeOn(['MySQL'], () => {
  describe('with 100,000 payments on MySQL an index serves every query', () => {
    let where: TemporaryDatabase;
    let recorded: RecordedDatabase<PaymentSchema>;
    let store: PaymentStore;
    let meter: CostMeter;

    beforeAll(async () => {
      where = await temporaryDatabase();
      recorded = recordedDatabase(openMysql<PaymentSchema>({ url: where.url }));
      store = sqlPaymentStore(recorded.database);
      await store.migrate();
      meter = await costMeter(where.url);
      const owner = ID.replaceAll('n)', 'n mod 1000)');
      const dueAt = 'if(n mod 10 = 0, unix_timestamp() * 1000 - 1000 + 100 * n, null)';
      const times = { created_at: 'n', updated_at: 'n', next_check_at: dueAt, attempts: '0' };
      const money = { amount: '100', currency: "'EUR'" };
      const reference = { gateway_reference: "'ref'", token: "'tok'", sent_at: 'n' };
      const status = "if(n mod 10 = 0, 'pending', 'captured')";
      const payment = { order_id: ID, id: ID, user_id: owner, status, refunded: '0', refunding: '0', order_cancelled: '0', version: '1' };
      await meter.fill('payments', { ...payment, ...money, ...times, ...reference });
      const refund = { id: ID, payment_id: owner, order_id: ID, reason: "'broken'", status: "if(n mod 10 = 0, 'pending', 'succeeded')" };
      await meter.fill('refunds', { ...refund, ...money, ...times, gateway_reference: "'ref'" }, 20_000);
      const method = { id: ID, user_id: owner, token: "'tok'", brand: "'visa'", last4: "'4242'", created_at: 'n' };
      await meter.fill('payment_methods', method, 20_000);
      const webhook = { id: ID, payment_key: "'payment:1'", said: "'succeeded'", outcome: "'changed'", received_at: 'n' };
      await meter.fill('webhook_events', webhook, 20_000);
      await meter.fill('erased_users', { user_id: ID, erased_at: 'n', due_at: 'if(n mod 100 = 0, n, null)' }, 20_000);
    }, 180_000);
    afterAll(async () => {
      await meter.close();
      await store.close();
      await where.drop();
    }, 30_000);

    const load = async () => {
      const lane = await store.writing.takeLane('one', 'me', { onlyExpired: false, leaseMs: 5000 });
      if (lane === undefined) throw new Error('no lane');
      const ids = [id(7), id(11_111)];
      const keys = { payments: ids, refunds: ids, paymentMethods: ids, webhookEvents: ids, erasedUsers: ids };
      const nothing = { inserts: {}, updates: {}, removes: {}, events: [] };
      return store.writing.settle(lane, 0, 5000, { keys, moreKeys: () => ({}), decide: () => nothing });
    };

    test.each<[string, number, () => Promise<unknown>]>([
      ['what a batch loads', 10, load],
      ['a payment', 10, () => store.reads.payment(id(50_000))],
      ['a page of all payments', 100, () => store.reads.payments(all, { before: id(60_000), limit: 20 })],
      ['a page of a customer', 100, () => store.reads.payments({ ...all, userId: id(5) }, { before: id(60_000), limit: 20 })],
      ['the payment of an order', 10, () => store.reads.payments({ ...all, orderId: id(5) }, { before: undefined, limit: 20 })],
      ['a refund', 10, () => store.reads.refund(id(15_000))],
      ['refunds of a payment', 100, () => store.reads.refunds(id(5), { before: id(60_000), limit: 20 })],
      ['a payment method', 10, () => store.reads.method(id(5))],
      ['payment methods of a customer', 100, () => store.reads.methods(id(5), { before: id(15_000), limit: 20 })],
      ['due payments', 110, () => store.reads.duePayments(100)],
      ['due refunds', 110, () => store.reads.dueRefunds(100)],
      ['old webhooks', 220, () => store.forgetWebhooks(5000, 100)],
      ['somebody who is gone', 10, () => store.reads.isErased(id(15_000))],
      ['people to erase', 110, () => store.reads.usersToErase(100)],
    ])('%s', async (_what, rows, run) => {
      const statements = await recorded.statementsOf(run);
      expect(statements.length).toBeGreaterThan(0);
      for (const statement of statements) {
        const cost = await meter.costOf(statement);
        expect(cost.rowsRead, `rows read by ${cost.text}`).toBeLessThanOrEqual(rows);
        expect(cost.scanned, cost.text).toEqual([]);
      }
    });
  });
});
