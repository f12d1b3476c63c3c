import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { appendOnly, rowCollection, type SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import type { Kysely } from 'kysely';
import type { CatalogueEntry } from '../domain/catalogue.ts';
import type { Movement, StockLevels, WarehouseLevel } from '../domain/move-stock.ts';
import type { Reservation } from '../domain/reservation-saga.ts';
import { NETWORK_ID, networkOf, type Network, type Warehouse } from '../domain/warehouse.ts';
import type { CatalogueTable, InventorySchema, LevelsTable, MovementsTable, ReservationsTable, WarehousesTable } from './inventory-schema.ts';
import type { InventoryCollections } from './inventory-store.ts';

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

export const LEVEL_COLUMNS = ['sku', 'warehouse_id', 'on_hand', 'reserved', 'movements', 'low_turns'] as const;

/**
 * One entity per SKU, one row per warehouse; only the rows that differ are written. `low_turns` belongs to the SKU and only
 * grows: the row written last has the current value, so the highest one counts.
 */
function levelsCollection(dialect: Dialect): SqlCollection<StockLevels> {
  const insert = (rows: readonly unknown[][]) =>
    rows.length === 0 ? [] : [dialect.insert('inventory', LEVEL_COLUMNS, rows)];
  return {
    key: ({ sku }) => sku,
    load: (skus) => [dialect.load('inventory', LEVEL_COLUMNS, 'sku', skus, ['sku', 'warehouse_id'])],
    read: ([rows = []]) => levelsFromRows(rows.map((row) => row as unknown as LevelsTable)),
    insert: (entities) =>
      insert(entities.flatMap((levels) => levels.warehouses.map((level) => newRow(levels, level)))),
    update: (changes) => {
      const fresh: unknown[][] = [];
      const changed: unknown[][] = [];
      for (const { before, after } of changes) {
        for (const level of after.warehouses) {
          if (before.warehouses.includes(level)) continue;
          const { warehouseId, onHand, reserved, movements } = level;
          if (isIn(before, warehouseId)) changed.push([onHand, reserved, movements, after.lowTurns, after.sku, warehouseId]);
          else fresh.push(newRow(after, level));
        }
      }
      const updates = changed.length === 0 ? [] : [changedRows(dialect, changed)];
      return [...updates, ...insert(fresh)];
    },
    remove: () => {
      throw new Error('stock levels are never removed');
    },
  };
}

function changedRows(dialect: Dialect, rows: readonly unknown[][]) {
  return dialect.update('inventory', ['on_hand', 'reserved', 'movements', 'low_turns'], ['sku', 'warehouse_id'], rows);
}

function newRow({ sku, lowTurns }: StockLevels, { warehouseId, onHand, reserved, movements }: WarehouseLevel): unknown[] {
  return [sku, warehouseId, onHand, reserved, movements, lowTurns];
}

function isIn({ warehouses }: StockLevels, warehouseId: string): boolean {
  return warehouses.some((level) => level.warehouseId === warehouseId);
}

/** Rows of one SKU need not be adjacent. */
export function levelsFromRows(rows: readonly LevelsTable[]): StockLevels[] {
  const levels = new Map<string, { sku: string; lowTurns: number; warehouses: WarehouseLevel[] }>();
  for (const { sku, warehouse_id: warehouseId, on_hand: onHand, reserved, movements, low_turns: turns } of rows) {
    let of = levels.get(sku);
    if (of === undefined) levels.set(sku, (of = { sku, lowTurns: 0, warehouses: [] }));
    of.lowTurns = Math.max(of.lowTurns, turns);
    of.warehouses.push({ warehouseId, onHand, reserved, movements });
  }
  return [...levels.values()];
}

function reservationToRow(reservation: Reservation): ReservationsTable {
  return {
    order_id: reservation.orderId,
    status: reservation.status,
    lines: JSON.stringify(reservation.lines),
    version: reservation.version,
    created_at: reservation.createdAt,
    updated_at: reservation.updatedAt,
  };
}

export function reservationFromRow(row: ReservationsTable): Reservation {
  return {
    orderId: row.order_id,
    status: row.status as Reservation['status'],
    lines: JSON.parse(row.lines) as Reservation['lines'],
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function warehouseToRow({ id, name, priority, active, version }: Warehouse): WarehousesTable {
  return { id, name, priority, active: active ? 1 : 0, version };
}

export function warehouseFromRow({ id, name, priority, active, version }: WarehousesTable): Warehouse {
  return { id, name, priority, active: active === 1, version };
}

export const CATALOGUE_COLUMNS = ['sku', 'product_id', 'version', 'on_sale'] as const;

function catalogueToRow({ sku, productId, version, onSale }: CatalogueEntry): CatalogueTable {
  return { sku, product_id: productId, version, on_sale: onSale === null ? null : Number(onSale) };
}

export function catalogueFromRow({ sku, product_id: productId, version, on_sale: onSale }: CatalogueTable): CatalogueEntry {
  return { sku, productId, version, onSale: onSale === null ? null : onSale === 1 };
}

export const MOVEMENT_COLUMNS = [
  ...([
    'id',
    'sku',
    'warehouse_id',
    'number',
    'kind',
    'on_hand_delta',
    'reserved_delta',
    'on_hand_after',
    'reserved_after',
  ] as const),
  ...(['reason', 'actor', 'reference', 'event_id', 'at'] as const),
];

/** The values in the order of MOVEMENT_COLUMNS. */
function movementToValues(movement: Movement): unknown[] {
  return [
    movement.id,
    movement.sku,
    movement.warehouseId,
    movement.number,
    movement.kind,
    movement.onHandDelta,
    movement.reservedDelta,
    movement.onHandAfter,
    movement.reservedAfter,
    movement.reason,
    movement.actor,
    movement.reference,
    movement.eventId,
    movement.at,
  ];
}

export function movementFromRow(row: MovementsTable): Movement {
  return {
    id: row.id,
    sku: row.sku,
    warehouseId: row.warehouse_id,
    number: row.number,
    kind: row.kind as Movement['kind'],
    onHandDelta: row.on_hand_delta,
    reservedDelta: row.reserved_delta,
    onHandAfter: row.on_hand_after,
    reservedAfter: row.reserved_after,
    reason: row.reason,
    actor: row.actor,
    reference: row.reference,
    eventId: row.event_id,
    at: row.at,
  };
}
