import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { openMysql } from '@souk/chassis/sql/mysql-database';
import { type CostMeter, costMeter, ID, type RecordedDatabase, recordedDatabase } from '@souk/chassis/testing/query-costs';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { type TemporaryDatabase, temporaryDatabase } from '@souk/chassis/testing/temporary-mysql-store';
import { NETWORK_ID } from '../src/domain/warehouse.ts';
import type { InventorySchema } from '../src/storage/inventory-schema.ts';
import type { InventoryStore } from '../src/storage/inventory-store.ts';
import { sqlInventoryStore } from '../src/storage/sql-inventory-store.ts';

const id = (number: number) => `${number.toString(16).toUpperCase().padStart(8, '0')}-0000-7000-8000-000000000000`;
const WAREHOUSES = 20;

describeOn(['MySQL'], () => {
  describe('with 100,000 movements on MySQL an index serves every query', () => {
    let where: TemporaryDatabase;
    let recorded: RecordedDatabase<InventorySchema>;
    let store: InventoryStore;
    let meter: CostMeter;

    beforeAll(async () => {
      where = await temporaryDatabase();
      recorded = recordedDatabase(openMysql<InventorySchema>({ url: where.url }));
      store = sqlInventoryStore(recorded.database);
      await store.migrate();
      meter = await costMeter(where.url);
      const sku = "concat('SKU-', n)";
      const warehouse = ID.replaceAll('n)', `n mod ${WAREHOUSES})`);
      await meter.fill('warehouses', { id: ID, name: "'North'", priority: 'n', active: '1', version: '1' }, WAREHOUSES);
      await meter.fill('inventory', { sku, warehouse_id: warehouse, on_hand: '9', reserved: '1', movements: '1' }, 20_000);
      const times = { version: '1', created_at: 'n', updated_at: 'n' };
      await meter.fill('reservations', { order_id: ID, status: "'reserved'", lines: "'[]'", ...times }, 20_000);
      const after = { on_hand_delta: '0', reserved_delta: '1', on_hand_after: '9', reserved_after: '1', at: 'n' };
      const sold = "concat('SKU-', n mod 100)";
      await meter.fill('inventory_transactions', { id: ID, sku: sold, warehouse_id: warehouse, number: 'n', kind: "'reserve'", reference: ID, ...after });
      await meter.fill('catalogue', { sku, product_id: ID, version: '1' }, 20_000);
    }, 180_000);
    afterAll(async () => {
      await meter.close();
      await store.close();
      await where.drop();
    }, 30_000);

    const load = async () => {
      const lane = await store.writing.takeLane('one', 'me', { onlyExpired: false, leaseMs: 5000 });
      if (lane === undefined) throw new Error('no lane');
      const skus = ['SKU-1', 'SKU-10000'];
      const ids = [id(3), id(7)];
      const keys = { reservations: ids, levels: skus, warehouses: ids, network: [NETWORK_ID], catalogue: skus };
      const nothing = { inserts: {}, updates: {}, removes: {}, events: [] };
      return store.writing.settle(lane, 0, 5000, { keys, moreKeys: () => ({}), decide: () => nothing });
    };

    test.each<[string, number, () => Promise<unknown>]>([
      ['what a batch loads', WAREHOUSES + 10, load],
      ['levels of a SKU', 10, () => store.reads.levels('SKU-500')],
      ['levels of the SKUs of an order', 20, () => store.reads.levelsOf(['SKU-500', 'SKU-1', 'SKU-19999'])],
      ['a page of stock', 100, () => store.reads.levelsPage('SKU-500', 20)],
      ['a catalogued SKU', 10, () => store.reads.isCatalogued('SKU-500')],
      ['the network', WAREHOUSES + 10, () => store.reads.network()],
      ['a warehouse', 10, () => store.reads.warehouse(id(3))],
      ['a page of warehouses', WAREHOUSES + 10, () => store.reads.warehousesPage(id(10), 20)],
      ['a reservation', 10, () => store.reads.reservation(id(15_000))],
      ['a page of the ledger', 100, () => store.reads.movementsPage({}, id(60_000), 20)],
      ['a page of a SKU', 100, () => store.reads.movementsPage({ sku: 'SKU-5' }, id(60_000), 20)],
      ['a page of a warehouse', 100, () => store.reads.movementsPage({ warehouseId: id(5) }, id(60_000), 20)],
      ['movements of an order', 20, () => store.reads.movementsPage({ orderId: id(50_000) }, undefined, 20)],
    ])('%s', async (_what, rows, run) => {
      const statements = await recorded.statementsOf(run);
      expect(statements.length).toBeGreaterThan(0);
      for (const statement of statements) {
        const cost = await meter.costOf(statement);
        expect(cost.rowsRead, `rows read by ${cost.text}`).toBeLessThanOrEqual(rows);
        expect(cost.scanned.filter((table) => table !== 'warehouses'), cost.text).toEqual([]);
      }
    });
  });
});
