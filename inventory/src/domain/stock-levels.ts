import type { Network } from './warehouse.ts';

/** The stock of one SKU in one warehouse, in pieces: 0 <= reserved <= onHand. */
export interface WarehouseLevel {
  readonly warehouseId: string;
  readonly onHand: number;
  /** The part of `onHand` that open reservations hold. */
  readonly reserved: number;
  /** Number of movements of this SKU here: the number of the last one in the ledger. */
  readonly movements: number;
}

/** The stock of one SKU in all its warehouses; decided on, and locked, as one. */
export interface StockLevels {
  readonly sku: string;
  /** Number of turns from enough to too little or back, see low-stock.ts. */
  readonly lowTurns: number;
  readonly warehouses: readonly WarehouseLevel[];
}

export function freeIn({ onHand, reserved }: WarehouseLevel): number {
  return onHand - reserved;
}

/** Pieces that an order can get there: none from an inactive warehouse. */
export function availableIn(level: WarehouseLevel, { ranks }: Network): number {
  return ranks.has(level.warehouseId) ? freeIn(level) : 0;
}
