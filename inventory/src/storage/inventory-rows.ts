import type { Dialect } from '@souk/chassis/stores/sql/dialect';
import { rowCollection } from '@souk/chassis/stores/sql/row-collection';
import { appendOnly, type SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import type { Kysely } from 'kysely';
import type { CatalogueEntry } from '../domain/catalogue.ts';
import type { Movement } from '../domain/movement.ts';
import type { Reservation } from '../domain/reservation.ts';
import { NETWORK_ID, networkOf, type Network, type Warehouse } from '../domain/warehouse.ts';
import type { CatalogueTable, InventorySchema, ReservationsTable, WarehousesTable } from './inventory-schema.ts';
import type { InventoryCollections } from './inventory-store.ts';
import { levelsCollection } from './levels-collection.ts';
import { MOVEMENT_COLUMNS, movementToValues } from './movement-rows.ts';
import { CATALOGUE_COLUMNS, catalogueFromRow, catalogueToRow, reservationFromRow, reservationToRow, warehouseFromRow, warehouseToRow } from './rows.ts';

/** Maps inventory's entities to SQL tables. */
export function inventoryCollections(
  dialect: Dialect,
  reader: Kysely<InventorySchema>,
): { readonly [N in keyof InventoryCollections]: SqlCollection<InventoryCollections[N]> } {
  return {
    reservations: rowCollection<Reservation, ReservationsTable>(dialect, {
      table: 'reservations',
      columns: ['order_id', 'status', 'lines', 'version', 'created_at', 'updated_at'],
      keyColumn: 'order_id',
      keyOf: ({ orderId }) => orderId,
      toRow: reservationToRow,
      fromRow: reservationFromRow,
      // A sale has no event, so it does not change the version.
      remembered: { guard: ['status', 'version'], bytesOf: ({ lines }) => 500 + 200 * lines.length },
    }),
    levels: levelsCollection(dialect),
    movements: appendOnly<Movement>(
      ({ id }) => id,
      (movements) => [dialect.insert('inventory_transactions', MOVEMENT_COLUMNS, movements.map(movementToValues))],
    ),
    warehouses: rowCollection<Warehouse, WarehousesTable>(dialect, {
      table: 'warehouses',
      columns: ['id', 'name', 'priority', 'active', 'version'],
      keyColumn: 'id',
      keyOf: ({ id }) => id,
      toRow: warehouseToRow,
      fromRow: warehouseFromRow,
    }),
    network: networkView(reader),
    catalogue: rowCollection<CatalogueEntry, CatalogueTable>(dialect, {
      table: 'catalogue',
      columns: CATALOGUE_COLUMNS,
      keyColumn: 'sku',
      keyOf: ({ sku }) => sku,
      toRow: catalogueToRow,
      fromRow: catalogueFromRow,
    }),
  };
}

/** All warehouses as one entity, read without locks and never written. */
function networkView(reader: Kysely<InventorySchema>): SqlCollection<Network> {
  return {
    key: () => NETWORK_ID,
    load: () => [reader.selectFrom('warehouses').select(['id', 'name', 'priority', 'active', 'version']).compile()],
    read: ([rows = []]) => [networkOf(rows.map((row) => warehouseFromRow(row as unknown as WarehousesTable)))],
    insert: () => [],
    update: () => [],
    remove: () => [],
  };
}
