import { type SQLQueryBindings, Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { openSqlite } from '@souk/chassis/stores/sql/sqlite-database';
import type { Statement } from '@souk/chassis/stores/sql/sql-database';
import { type TemporaryStore, temporaryStore } from '@souk/chassis/testing/temporary-store';
import type { CompiledQuery, KyselyPlugin } from 'kysely';
import { inventoryCollections } from '../src/storage/inventory-rows.ts';
import type { InventorySchema } from '../src/storage/inventory-schema.ts';
import type { InventoryReads, InventoryStore } from '../src/storage/inventory-store.ts';
import { openSqliteInventoryStore } from '../src/storage/open-sqlite.ts';
import { sqlInventoryReads } from '../src/storage/sql-inventory-store.ts';
import { describeInventoryStore } from './describe-inventory-store.ts';

describeInventoryStore('SQLite', () => temporaryStore(openSqliteInventoryStore));

type Collections = ReturnType<typeof inventoryCollections>;

describe('on SQLite every query is served by an index, without sorting', () => {
  let opened: TemporaryStore<InventoryStore>;
  let plans: Database;
  let queries: CompiledQuery[];
  let reads: InventoryReads;
  let collections: Collections;
  let close: () => Promise<void>;

  beforeAll(async () => {
    opened = await temporaryStore(openSqliteInventoryStore);
    plans = new Database(opened.path, { readonly: true });
    const database = openSqlite<InventorySchema>({ path: opened.path });
    const recording: KyselyPlugin = {
      transformQuery({ node, queryId }) {
        queries.push(database.reader.getExecutor().compileQuery(node, queryId));
        return node;
      },
      transformResult: async ({ result }) => result,
    };
    const reader = database.reader.withPlugin(recording);
    reads = sqlInventoryReads({ ...database, reader });
    collections = inventoryCollections(database.dialect, reader);
    close = database.close;
  });
  afterAll(async () => {
    plans.close();
    await close();
    await opened.close();
  });

  async function plansOf(ask: () => unknown): Promise<readonly string[]> {
    queries = [];
    await ask();
    return queries.flatMap(planOf);
  }

  function planOf({ sql, parameters }: Statement): string[] {
    const plan = plans.query<{ detail: string }, SQLQueryBindings[]>(`explain query plan ${sql}`);
    return plan.all(...(parameters as SQLQueryBindings[])).map(({ detail }) => detail);
  }

  const loads: readonly [what: string, load: () => readonly Statement[], key: string][] = [
    ['levels of a batch', () => collections.levels.load(['a']), '(sku=?)'],
    ['reservations of a batch', () => collections.reservations.load(['a']), '(order_id=?)'],
    ['SKUs of a batch', () => collections.catalogue.load(['a']), '(sku=?)'],
  ];
  for (const [what, load, key] of loads) {
    test(what, () => {
      expect(load().flatMap(planOf).join('\n')).toContain(key);
    });
  }

  const cases: readonly [what: string, ask: () => unknown, key: string][] = [
    ['levels of a SKU', () => reads.levels('a'), '(sku=?)'],
    ['levels of the SKUs of an order', () => reads.levelsOf(['a', 'b']), '(sku=?)'],
    ['a page of stock on sale', () => reads.levelsOnSale({ after: 'a', limit: 20 }), '(on_sale=? AND sku>?)'],
    ['a page of stock', () => reads.levelsPage({ after: 'a', limit: 20 }), '(sku>?)'],
    ['a page of warehouses', () => reads.warehouses({ before: 'a', limit: 20 }), '(id<?)'],
    ['the whole ledger', () => reads.movements({}, { before: 'x', limit: 20 }), '(id<?)'],
    ['movements of a SKU', () => reads.movements({ sku: 'a' }, { before: 'x', limit: 20 }), '(sku=? AND id<?)'],
    ['movements of a SKU in a warehouse', () => reads.movements({ sku: 'a', warehouseId: 'b' }, { before: 'x', limit: 20 }), '(sku=? AND id<?)'],
    ['movements of a warehouse', () => reads.movements({ warehouseId: 'a' }, { before: 'x', limit: 20 }), '(id<?)'],
  ];
  for (const [what, ask, key] of cases) {
    test(what, async () => {
      const steps = await plansOf(ask);
      expect(steps.join('\n')).toContain(key);
      expect(steps.filter((step) => step.includes('TEMP B-TREE') || /^SCAN (?!json_each)/.test(step))).toEqual([]);
    });
  }

  test('movements of an order, of which there are few: they are sorted', async () => {
    expect((await plansOf(() => reads.movements({ orderId: 'a' }, { before: 'x', limit: 20 }))).join('\n')).toContain('(reference=?');
  });
});
