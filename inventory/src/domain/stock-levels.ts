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
  readonly warehouses: readonly WarehouseLevel[];
}

export function freeIn({ onHand, reserved }: WarehouseLevel): number {
  return onHand - reserved;
}
