import { describeQueryPlans, loadBatch } from '@souk/chassis/testing/describe-query-plans';
import { ID, idOf } from '@souk/chassis/testing/query-costs';
import type { OrderStore } from '../../src/storage/order-store.ts';
import { sqlOrderStore } from '../../src/storage/sql-order-store.ts';

function load(store: OrderStore): Promise<void> {
  const skus = ['SKU-1', 'SKU-19999'];
  return loadBatch(store, { orders: [idOf(7), idOf(50_000)], customers: [idOf(7), idOf(8)], catalogue: skus, offers: skus, catalogueProducts: [idOf(1), idOf(2)] });
}

describeQueryPlans({
  among: '100,000 orders',
  open: sqlOrderStore,
  small: ['lanes'],
  async fill(meter) {
    const customer = ID.replaceAll('n)', 'n mod 1000)');
    const money = { total: '100', currency: "'EUR'", refunded: '0', payment_status: "'none'", payment_method_id: ID };
    const counting = { counts_until: 'if(n mod 1000 = 7 and n > 90000, 9007199254740991, null)', pieces: '1' };
    const times = { version: '1', placed_at: 'n', updated_at: 'n', deadline_at: 'if(n mod 10 = 0, unix_timestamp() * 1000 - 1000 + 100 * n, null)' };
    const status = "elt(1 + n mod 5, 'placed', 'awaiting_payment', 'completed', 'rejected', 'cancelled')";
    // Almost all orders of those who left lately are erased already.
    const erased = { erased_at: 'if(n mod 1000 < 3 and n < 98000, 1, null)', left_at: 'if(n mod 1000 < 3 and n < 99000, 1, null)' };
    const allocations = "if(n mod 100 = 4, '[1]', null)";
    await meter.fill('orders', { id: ID, user_id: customer, status, allocations, shipping_address: "'{}'", ...money, ...times, ...erased, ...counting });
    const line = { sku: "concat('SKU-', n)", product_id: ID, title: "'Mug'", quantity: '1', unit_price: '100' };
    await meter.fill('order_items', { order_id: ID, position: '0', ...line });
    await meter.fill('shipments', { order_id: ID, id: ID, warehouse_id: ID, status: "'pending'", items: "'[]'" }, 20_000);
    await meter.fill('catalogue', { sku: "concat('SKU-', n)", product_id: ID, title: "'Mug'", price: '1', currency: "'EUR'", active: '1', version: '1', changed_at: 'n' }, 20_000);
    const event = { id: ID, type: "'order.completed'", published: '1', message_key: ID, stream: ID, correlation_id: ID, data: "'{}'", context: "'{}'" };
    await meter.fill('events', { lane: "'filled'", seq: 'n', version: '1', at: 'n', ...event });
    await meter.fill('erased_users', { id: ID, erased_at: 'if(n < 3, unix_timestamp() * 1000, n)' }, 20_000);
    await meter.fill('catalogue_products', { id: ID, version: '1', skus: "'[]'" }, 20_000);
  },
  queries: [
    ['what a batch loads', 40, load],
    ['an order', 10, (store) => store.reads.order(idOf(50_000))],
    ['a page of all orders', 100, (store) => store.reads.orders({ limit: 20, before: idOf(60_000) })],
    ['a page of a customer', 100, (store) => store.reads.orders({ userId: idOf(5), limit: 20, before: idOf(60_000) })],
    ['a page of a status', 150, (store) => store.reads.orders({ status: 'placed', limit: 20, before: idOf(60_000) })],
    ['a page of a customer and a status', 250, (store) => store.reads.orders({ userId: idOf(5), status: 'placed', limit: 20 })],
    ['a page of a time', 150, (store) => store.reads.orders({ placedAfter: 0, placedBefore: 100_000, limit: 20 })],
    // Each looks at 1,000 orders at most: an entry of the index, the order, and what it has of the other table.
    ['those of a reason', 2200, (store) => store.reads.orders({ reason: 'payment_expired', limit: 20, before: idOf(60_000) })],
    ['those whose stock is not back', 2200, (store) => store.reads.orders({ waitsFor: 'stock_back', limit: 20, before: idOf(60_000) })],
    ['those whose money is not back, of a customer', 500, (store) => store.reads.orders({ waitsFor: 'money_back', userId: idOf(5), limit: 20 })],
    ['those with a parcel to be sent', 3200, (store) => store.reads.orders({ waitsFor: 'shipping', limit: 20, before: idOf(60_000) })],
    ['those with a parcel on its way', 3200, (store) => store.reads.orders({ waitsFor: 'delivery', limit: 20, before: idOf(15_000) })],
    ['those that wait for stock', 150, (store) => store.reads.orders({ waitsFor: 'stock', limit: 20, before: idOf(60_000) })],
    ['those with a SKU', 4200, (store) => store.reads.orders({ sku: 'NONE', limit: 20, before: idOf(60_000) })],
    ['those with a SKU, of a status', 4200, (store) => store.reads.orders({ sku: 'NONE', status: 'completed', limit: 20, before: idOf(60_000) })],
    ['those with a SKU and more', 4200, (store) => store.reads.orders({ sku: 'NONE', waitsFor: 'shipping', placedAfter: 0, limit: 20, before: idOf(60_000) })],
    ['where orders stand', 10, (store) => store.reads.standings([idOf(5), idOf(50_000)])],
    ['histories', 10, (store) => store.reads.histories([idOf(5), idOf(50_000)])],
    ['overdue orders', 320, (store) => store.reads.overdueOrders(Date.now(), 100)],
    ['open orders that wait for long', 2010, (store) => store.reads.openFor(10_000)],
    ['cancelled orders of which something is missing', 3010, (store) => store.reads.notGivenBackFor(10_000)],
    ['their traces', 20, (store) => store.reads.tracesOf([{ id: idOf(5), version: 1 }, { id: idOf(50_000), version: 1 }])],
    ['what is not sent', 30, (store) => store.reads.sending()],
    ['a page of orders counted', 2010, (store) => store.reads.countOrders('completed', idOf(50_000), 1000)],
    ['ended orders counted once', 2010, (store) => store.countEnded('completed', 1000)],
    ['how old the oldest are', 1010, (store) => store.reads.agesOfOldest('placed', 1000)],
    ['the oldest open order', 10, (store) => store.reads.oldestOpenMs()],
    ['the first orders that wait', 300, (store) => store.reads.firstWaiting(64)],
    ['who has left lately', 10, (store) => store.reads.usersErasedSince(60_000)],
    ['what is still kept of them', 1500, (store) => store.reads.toErase([0, 1, 2, 3].map((n) => ({ userId: idOf(n), after: idOf(50_000), isOver: false })), 25)],
    ['what was kept and is delivered', 10, (store) => store.reads.deliveredToErase(25)],
    ['known SKUs', 10, (store) => store.reads.knownSkus(['SKU-5', 'SKU-10000', 'NONE'])],
  ],
});
