import { describeQueryPlans, loadBatch } from '@souk/chassis/testing/describe-query-plans';
import { ID, idOf } from '@souk/chassis/testing/query-costs';
import { NETWORK_ID } from '../src/domain/warehouse.ts';
import type { InventoryStore } from '../src/storage/inventory-store.ts';
import { sqlInventoryStore } from '../src/storage/sql-inventory-store.ts';

const WAREHOUSES = 20;

function load(store: InventoryStore): Promise<void> {
  const skus = ['SKU-1', 'SKU-10000'];
  const ids = [idOf(3), idOf(7)];
  return loadBatch(store, { reservations: ids, levels: skus, warehouses: ids, network: [NETWORK_ID], catalogue: skus });
}

describeQueryPlans({
  among: '100,000 movements',
  open: sqlInventoryStore,
  small: ['warehouses'],
  async fill(meter) {
    const sku = "concat('SKU-', n)";
    const warehouse = ID.replaceAll('n)', `n mod ${WAREHOUSES})`);
    await meter.fill('warehouses', { id: ID, name: "'North'", priority: 'n', active: '1', version: '1' }, WAREHOUSES);
    await meter.fill('inventory', { sku, warehouse_id: warehouse, on_hand: '9', reserved: '1', movements: '1' }, 20_000);
    const times = { version: '1', created_at: 'n', updated_at: 'n' };
    await meter.fill('reservations', { order_id: ID, status: "'reserved'", lines: "'[]'", ...times }, 20_000);
    const after = { on_hand_delta: '0', reserved_delta: '1', on_hand_after: '9', reserved_after: '1', at: 'n' };
    const sold = "concat('SKU-', n mod 100)";
    await meter.fill('inventory_transactions', { id: ID, sku: sold, warehouse_id: warehouse, number: 'n', kind: "'reserve'", reference: ID, ...after });
    await meter.fill('catalogue', { sku, product_id: ID, version: '1', on_sale: 'case when n < 100 then null else n mod 2 end' }, 20_000);
  },
  queries: [
    ['what a batch loads', WAREHOUSES + 10, load],
    ['levels of a SKU', 10, (store) => store.reads.levels('SKU-500')],
    ['levels of the SKUs of an order', 20, (store) => store.reads.levelsOf(['SKU-500', 'SKU-1', 'SKU-19999'])],
    ['a page of stock', 100, (store) => store.reads.levelsPage({ after: 'SKU-500', limit: 20 })],
    ['a page of stock on sale', 1100, (store) => store.reads.levelsOnSale({ after: 'SKU-500', limit: 20 })],
    ['SKUs of unknown sale', 130, (store) => store.reads.skusOfUnknownSale(100)],
    ['a catalogued SKU', 10, (store) => store.reads.catalogued('SKU-500')],
    ['the network', WAREHOUSES + 10, (store) => store.reads.network()],
    ['a warehouse', 10, (store) => store.reads.warehouse(idOf(3))],
    ['a page of warehouses', WAREHOUSES + 10, (store) => store.reads.warehouses({ before: idOf(10), limit: 20 })],
    ['a reservation', 10, (store) => store.reads.reservation(idOf(15_000))],
    ['a page of the ledger', 100, (store) => store.reads.movements({}, { before: idOf(60_000), limit: 20 })],
    ['a page of a SKU', 100, (store) => store.reads.movements({ sku: 'SKU-5' }, { before: idOf(60_000), limit: 20 })],
    // At most a thousand: an index of its own would be paid for by every movement.
    ['a page of a warehouse', 1010, (store) => store.reads.movements({ warehouseId: idOf(5) }, { before: idOf(60_000), limit: 20 })],
    ['a page of a SKU in a warehouse', 1010, (store) => store.reads.movements({ sku: 'SKU-5', warehouseId: idOf(6) }, { before: undefined, limit: 20 })],
    ['movements of an order', 20, (store) => store.reads.movements({ orderId: idOf(50_000) }, { before: undefined, limit: 20 })],
  ],
});
