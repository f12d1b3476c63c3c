import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { openMysql } from '@souk/chassis/sql/mysql-database';
import { type CostMeter, costMeter, ID, type RecordedDatabase, recordedDatabase } from '@souk/chassis/testing/query-costs';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { type TemporaryDatabase, temporaryDatabase } from '@souk/chassis/testing/temporary-mysql-store';
import type { OrderSchema } from '../../src/storage/order-schema.ts';
import type { OrderStore } from '../../src/storage/order-store.ts';
import { sqlOrderStore } from '../../src/storage/sql-order-store.ts';

const id = (number: number) => `${number.toString(16).toUpperCase().padStart(8, '0')}-0000-7000-8000-000000000000`;

describeOn(['MySQL'], () => {
  describe('with 100,000 orders on MySQL an index serves every query', () => {
    let where: TemporaryDatabase;
    let recorded: RecordedDatabase<OrderSchema>;
    let store: OrderStore;
    let meter: CostMeter;

    beforeAll(async () => {
      where = await temporaryDatabase();
      recorded = recordedDatabase(openMysql<OrderSchema>({ url: where.url }));
      store = sqlOrderStore(recorded.database);
      await store.migrate();
      meter = await costMeter(where.url);
      const customer = ID.replaceAll('n)', 'n mod 1000)');
      const money = { total: '100', currency: "'EUR'", refunded: '0', payment_status: "'none'", payment_method_id: ID };
      const times = { version: '1', placed_at: 'n', updated_at: 'n', deadline_at: 'if(n mod 10 = 0, unix_timestamp() * 1000 - 1000 + 100 * n, null)' };
      const status = "elt(1 + n mod 5, 'placed', 'awaiting_payment', 'completed', 'rejected', 'cancelled')";
      await meter.fill('orders', { id: ID, user_id: customer, status, shipping_address: "'{}'", ...money, ...times });
      const line = { sku: "concat('SKU-', n)", product_id: ID, title: "'Mug'", quantity: '1', unit_price: '100' };
      await meter.fill('order_items', { order_id: ID, position: '0', ...line });
      await meter.fill('shipments', { order_id: ID, id: ID, warehouse_id: ID, status: "'pending'", items: "'[]'" }, 20_000);
      await meter.fill('catalogue', { sku: "concat('SKU-', n)", product_id: ID, title: "'Mug'", price: '1', currency: "'EUR'", active: '1', version: '1', changed_at: 'n' }, 20_000);
      const event = { id: ID, type: "'order.completed'", published: '1', message_key: ID, stream: ID, correlation_id: ID, data: "'{}'", context: "'{}'" };
      await meter.fill('events', { lane: "'filled'", seq: 'n', version: '1', at: 'n', ...event });
      await meter.fill('erased_users', { id: ID, erased_at: 'if(n < 3, unix_timestamp() * 1000, n)' }, 20_000);
      await meter.fill('catalogue_products', { id: ID, version: '1', skus: "'[]'" }, 20_000);
    }, 180_000);
    afterAll(async () => {
      await meter.close();
      await store.close();
      await where.drop();
    }, 30_000);

    const load = async () => {
      const lane = await store.writing.takeLane('one', 'me', { onlyExpired: false, leaseMs: 5000 });
      if (lane === undefined) throw new Error('no lane');
      const keys = { orders: [id(7), id(50_000)], catalogue: ['SKU-1', 'SKU-19999'], catalogueProducts: [id(1), id(2)] };
      const nothing = { inserts: {}, updates: {}, removes: {}, events: [] };
      return store.writing.settle(lane, 0, 5000, { keys, moreKeys: () => ({}), decide: () => nothing });
    };

    test.each<[string, number, () => Promise<unknown>]>([
      ['what a batch loads', 20, load],
      ['an order', 10, () => store.reads.order(id(50_000))],
      ['a page of all orders', 100, () => store.reads.orders({ limit: 20, before: id(60_000) })],
      ['a page of a customer', 100, () => store.reads.orders({ userId: id(5), limit: 20, before: id(60_000) })],
      ['a page of a status', 100, () => store.reads.orders({ status: 'placed', limit: 20, before: id(60_000) })],
      ['a page of a customer and a status', 250, () => store.reads.orders({ userId: id(5), status: 'placed', limit: 20 })],
      ['a page of a time', 150, () => store.reads.orders({ placedAfter: 0, placedBefore: 100_000, limit: 20 })],
      ['where orders stand', 10, () => store.reads.standings([id(5), id(50_000)])],
      ['histories', 10, () => store.reads.histories([id(5), id(50_000)])],
      ['overdue orders', 110, () => store.reads.overdueOrders(100)],
      ['who has left lately', 10, () => store.reads.usersErasedSince(60_000)],
      ['what is still kept of them', 600, () => store.reads.toErase(60_000, 200)],
      ['known SKUs', 10, () => store.reads.knownSkus(['SKU-5', 'SKU-10000', 'NONE'])],
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
