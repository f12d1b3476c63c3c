import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { temporaryStore } from '@souk/chassis/testing/temporary-store';
import { openSqliteOrderStore } from '../../src/storage/open-sqlite.ts';
import { describeCustomerLimits } from './describe-customer-limits.ts';
import { describeFreshCatalogue } from './describe-fresh-catalogue.ts';
import { describeOrderFilters } from './describe-order-filters.ts';
import { describeOrderStore } from './describe-order-store.ts';
import { describeStuckOrders } from './describe-stuck-orders.ts';

describeOrderStore('SQLite', () => temporaryStore(openSqliteOrderStore));
describeOrderFilters('SQLite', () => temporaryStore(openSqliteOrderStore));
describeStuckOrders('SQLite', () => temporaryStore(openSqliteOrderStore));
describeFreshCatalogue('SQLite', () => temporaryStore(openSqliteOrderStore));
describeCustomerLimits('SQLite', () => temporaryStore(openSqliteOrderStore));

/** How SQLite calls the index of a primary key. */
const PRIMARY_KEY = /PRIMARY KEY|autoindex/;

describe('every query that runs often is served by an index', () => {
  test.each([
    [
      'the orders of a customer',
      `select id from orders where user_id = 'u' and id < 'x' order by id desc limit 20`,
      /orders_user/,
    ],
    [
      'orders by status',
      `select id from orders where status = 's' and id < 'x' order by id desc limit 20`,
      /orders_status/,
    ],
    [
      'overdue orders',
      `select id from orders where deadline_at <= 1 order by deadline_at limit 500`,
      /orders_deadline/,
    ],
    [
      'what is to be erased',
      `select id, erased_at, left_at from orders where user_id = 'u' and id > 'x' order by id limit 100`,
      /orders_user .*user_id=\? AND id>\?/,
    ],
    [
      'what was kept and is delivered',
      `select orders.id from erased_users join orders on orders.user_id = erased_users.id where orders.id in (select value from json_each('[]'))`,
      PRIMARY_KEY,
    ],
    [
      'orders of a status counted',
      `select count(*), max(id) from (select id from orders where status = 's' and id > 'x' order by id limit 5000)`,
      /orders_status/,
    ],
    ['the oldest open order', `select placed_at from orders where status = 's' order by id limit 1`, /orders_status/],
    ['all orders', `select * from orders where id < 'x' order by id desc limit 20`, PRIMARY_KEY],
    ['lines of orders', `select * from order_items where order_id in (select value from json_each('[]'))`, PRIMARY_KEY],
    [
      'shipments of orders',
      `select * from shipments where order_id in (select value from json_each('[]'))`,
      PRIMARY_KEY,
    ],
    [
      'histories',
      `select id from events where stream in (select value from json_each('[]')) order by stream, version`,
      /autoindex/,
    ],
    [
      'what a customer has open',
      "select user_id, count(*) from orders indexed by orders_user_counting where user_id in (select value from json_each('[]')) and counts_until > cast(unixepoch('subsec') * 1000 as integer) group by user_id",
      /orders_user_counting \(user_id=\? AND counts_until>\?\)/,
    ],
    ['SKUs', `select * from catalogue where sku in (select value from json_each('[]')) order by sku`, PRIMARY_KEY],
  ])('%s', async (_what, query, index) => {
    const { path, close } = await temporaryStore(openSqliteOrderStore);
    const database = new Database(path, { readonly: true });
    const plan = database.query<{ detail: string }, []>(`explain query plan ${query}`).all();
    database.close();
    await close();
    const details = plan.map(({ detail }) => detail).join('; ');
    expect(details).toMatch(index);
    expect(details).toContain('SEARCH');
    expect(details).not.toContain('TEMP B-TREE');
  });
});
