import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { describeInventoryStore } from './describe-inventory-store.ts';
import { type OpenedStore, temporarySqliteStore } from './temporary-store.ts';

describeInventoryStore('SQLite', temporarySqliteStore);

describe('the hot queries on SQLite use an index', () => {
  let opened: OpenedStore;
  let database: Database;

  beforeAll(async () => {
    opened = await temporarySqliteStore();
    database = new Database(opened.path, { readonly: true });
  });
  afterAll(async () => {
    database.close();
    await opened.close();
  });

  const cases: readonly [what: string, sql: string, plan: string][] = [
    ['levels of a batch', `select on_hand from inventory where sku in (select value from json_each('["a"]')) order by sku, warehouse_id`, 'PRIMARY KEY (sku=?)'],
    ['a page of stock', `select distinct sku from inventory where sku > 'a' order by sku limit 20`, 'PRIMARY KEY (sku>?)'],
    ['reservations of a batch', `select status from reservations where order_id in (select value from json_each('["a"]'))`, 'PRIMARY KEY (order_id=?)'],
    ['the whole ledger', `select kind from inventory_transactions where id < 'x' order by id desc limit 20`, 'PRIMARY KEY (id<?)'],
    ['movements of a SKU', `select kind from inventory_transactions where sku = 'a' and id < 'x' order by id desc limit 20`, 'inventory_transactions_sku (sku=? AND id<?)'],
    ['movements of a warehouse', `select kind from inventory_transactions where warehouse_id = 'a' and id < 'x' order by id desc limit 20`, 'inventory_transactions_warehouse (warehouse_id=? AND id<?)'],
    ['movements of an order', `select kind from inventory_transactions where reference = 'a' and kind in ('sale') order by id desc limit 20`, '(reference=?)'],
  ];
  for (const [what, sql, expected] of cases) {
    test(what, () => {
      const steps = database.query<{ detail: string }, []>(`explain query plan ${sql}`).all().map(({ detail }) => detail);
      expect(steps.join('\n')).toContain(expected);
      const sorts = steps.filter((detail) => detail.includes('TEMP B-TREE') || detail.startsWith('SCAN inventory'));
      // An order has few movements: sorting them is cheaper than one more index on every row of the ledger.
      if (what !== 'movements of an order') expect(sorts).toEqual([]);
    });
  }
});
