import { LOOKS } from '@souk/chassis/web/paging';
import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { sqlServiceStore } from '@souk/chassis/stores/sql/sql-service-store';
import { sql } from 'kysely';
import { ORDER_KINDS } from '../domain/move-stock.ts';
import { networkOf } from '../domain/warehouse.ts';
import {
  CATALOGUE_COLUMNS,
  catalogueFromRow,
  inventoryCollections,
  LEVEL_COLUMNS,
  levelsFromRows,
  MOVEMENT_COLUMNS,
  movementFromRow,
  reservationFromRow,
  warehouseFromRow,
} from './inventory-rows.ts';
import { inventoryMigrations, type InventorySchema } from './inventory-schema.ts';
import type { InventoryCollections, InventoryReads, InventoryStore } from './inventory-store.ts';

/** Inventory's store on any SQL database that the chassis has an adapter for. */
export function sqlInventoryStore(database: SqlDatabase<InventorySchema>): InventoryStore {
  const { dialect, reader } = database;
  const store = sqlServiceStore<InventoryCollections, InventorySchema>(
    database,
    inventoryCollections(dialect, reader),
    inventoryMigrations(dialect),
  );
  return { ...store, reads: sqlInventoryReads(database) };
}

/** The limit keeps MySQL from turning the subquery into a join that starts with `inventory`. */
const HAS_STOCK = sql<number>`(select 1 from inventory where inventory.sku = catalogue.sku limit 1)`;

export function sqlInventoryReads({ reader: db, dialect }: SqlDatabase<InventorySchema>): InventoryReads {
  const levels = db.selectFrom('inventory').select(LEVEL_COLUMNS);
  const warehouses = db.selectFrom('warehouses').select(['id', 'name', 'priority', 'active', 'version']);
  const levelsOf = async (skus: readonly string[]) =>
    levelsFromRows(await levels.where(dialect.in('sku', skus)).orderBy('sku').orderBy('warehouse_id').execute());
  return {
    levelsOf,
    async levels(sku) {
      const [found] = levelsFromRows(await levels.where('sku', '=', sku).orderBy('warehouse_id').execute());
      return found;
    },
    async levelsPage({ after, limit }) {
      let page = db.selectFrom('inventory').select('sku').distinct().orderBy('sku').limit(limit);
      if (after !== undefined) page = page.where('sku', '>', after);
      return levelsOf((await page.execute()).map(({ sku }) => sku));
    },
    async levelsOnSale({ after, limit }) {
      let all = db.selectFrom('catalogue').select('sku').where('on_sale', '=', 1).orderBy('sku');
      if (after !== undefined) all = all.where('sku', '>', after);
      const last = (await all.limit(1).offset(LOOKS - 1).executeTakeFirst())?.sku;
      const page = (last === undefined ? all : all.where('sku', '<=', last)).limit(limit);
      // Looked up SKU by SKU: a SKU on sale has nearly always been received, so hardly any lookup is wasted.
      const rows = await levelsOf((await page.where(HAS_STOCK, '=', 1).execute()).map(({ sku }) => sku));
      return { rows, reached: rows.length < limit ? last : undefined };
    },
    async catalogued(sku) {
      const row = await db.selectFrom('catalogue').select(CATALOGUE_COLUMNS).where('sku', '=', sku).executeTakeFirst();
      return row && catalogueFromRow(row);
    },
    async skusOfUnknownSale(limit) {
      const unknown = db.selectFrom('catalogue').select('sku').where('on_sale', 'is', null).orderBy('sku').limit(limit);
      return (await unknown.execute()).map(({ sku }) => sku);
    },
    async network() {
      return networkOf((await warehouses.execute()).map(warehouseFromRow));
    },
    async warehouse(id) {
      const row = await warehouses.where('id', '=', id).executeTakeFirst();
      return row && warehouseFromRow(row);
    },
    async warehouses({ before, limit }) {
      let page = warehouses.orderBy('id', 'desc').limit(limit);
      if (before !== undefined) page = page.where('id', '<', before);
      return (await page.execute()).map(warehouseFromRow);
    },
    async reservation(orderId) {
      const columns = ['order_id', 'status', 'lines', 'version', 'created_at', 'updated_at'] as const;
      const query = db.selectFrom('reservations').select(columns).where('order_id', '=', orderId);
      const row = await query.executeTakeFirst();
      return row && reservationFromRow(row);
    },
    async movements({ sku, warehouseId, orderId }, { before, limit }) {
      let all = db.selectFrom('inventory_transactions').orderBy('id', 'desc');
      if (orderId !== undefined) all = all.where('reference', '=', orderId).where('kind', 'in', ORDER_KINDS);
      if (sku !== undefined) all = all.where('sku', '=', sku);
      if (before !== undefined) all = all.where('id', '<', before);
      let page = all.select(MOVEMENT_COLUMNS).limit(limit);
      if (warehouseId === undefined) return { rows: (await page.execute()).map(movementFromRow) };
      const last = (await all.select('id').limit(1).offset(LOOKS - 1).executeTakeFirst())?.id;
      if (last !== undefined) page = page.where('id', '>=', last);
      const rows = (await page.where('warehouse_id', '=', warehouseId).execute()).map(movementFromRow);
      return { rows, reached: rows.length < limit ? last : undefined };
    },
  };
}
