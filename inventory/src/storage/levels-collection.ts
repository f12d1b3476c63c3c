import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import type { SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import type { StockLevels, WarehouseLevel } from '../domain/stock-levels.ts';
import type { LevelsTable } from './inventory-schema.ts';

export const LEVEL_COLUMNS = ['sku', 'warehouse_id', 'on_hand', 'reserved', 'movements', 'low_turns'] as const;

/**
 * One entity per SKU, one row per warehouse; only the rows that differ are written. `low_turns` belongs to the SKU and only
 * grows: the row written last has the current value, so the highest one counts.
 */
export function levelsCollection(dialect: Dialect): SqlCollection<StockLevels> {
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
