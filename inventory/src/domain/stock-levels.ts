import type { Network } from './warehouse.ts';

/** What one warehouse has of one SKU, in pieces: 0 <= reserved <= onHand. */
export interface WarehouseLevel {
  readonly warehouseId: string;
  readonly onHand: number;
  /** The part of `onHand` that open reservations hold. */
  readonly reserved: number;
  /** How many movements there are of this SKU here: the number of the last one in the ledger. */
  readonly movements: number;
}

/** The stock of one SKU over all its warehouses; what is decided on, and locked, as one. */
export interface StockLevels {
  readonly sku: string;
  /** How often it went from enough to too little or back, see low-stock.ts. */
  readonly lowTurns: number;
  readonly warehouses: readonly WarehouseLevel[];
}

export function freeIn({ onHand, reserved }: WarehouseLevel): number {
  return onHand - reserved;
}

/** What an order can get there: nothing from a warehouse that is not active. */
export function availableIn(level: WarehouseLevel, { ranks }: Network): number {
  return ranks.has(level.warehouseId) ? freeIn(level) : 0;
}
