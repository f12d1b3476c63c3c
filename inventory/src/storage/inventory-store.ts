import type { IdSlice, Looked } from '@souk/chassis/web/paging';
import type { ServiceStore } from '@souk/chassis/engine/service-store';
import type { CatalogueEntry } from '../domain/catalogue.ts';
import type { Movement, StockLevels } from '../domain/move-stock.ts';
import type { Reservation } from '../domain/reservation-saga.ts';
import type { Network, Warehouse } from '../domain/warehouse.ts';

/** The entities that inventory decides on. */
export type InventoryCollections = {
  /** by order id */
  readonly reservations: Reservation;
  /** by SKU; absent before the first receipt */
  readonly levels: StockLevels;
  /** append-only, by id */
  readonly movements: Movement;
  /** by id, locked: for use cases that change one */
  readonly warehouses: Warehouse;
  /**
   * All warehouses by NETWORK_ID, never locked: for use cases that choose among them. A use case that puts a warehouse puts
   * the network as well, so that the inputs of one batch see it; only the warehouse is written.
   */
  readonly network: Network;
  /** by SKU */
  readonly catalogue: CatalogueEntry;
};

export interface MovementFilter {
  readonly sku?: string;
  readonly warehouseId?: string;
  readonly orderId?: string;
}

/** A slice of a list ordered by SKU; `after` is the last SKU of the page before. */
interface SkuSlice {
  readonly after: string | undefined;
  readonly limit: number;
}

/** Reads of committed data, for GET requests. */
export interface InventoryReads {
  levels(sku: string): Promise<StockLevels | undefined>;
  /** Levels of those SKUs that have, or had, stock; in one query. */
  levelsOf(skus: readonly string[]): Promise<readonly StockLevels[]>;
  /** Ordered by SKU. Only SKUs that have, or had, stock. */
  levelsPage(slice: SkuSlice): Promise<readonly StockLevels[]>;
  /** The same for SKUs on sale, among the next `LOOKS` of these. */
  levelsOnSale(slice: SkuSlice): Promise<Looked<StockLevels, string>>;
  catalogued(sku: string): Promise<CatalogueEntry | undefined>;
  /** SKUs of which it is not known yet whether they are on sale. */
  skusOfUnknownSale(limit: number): Promise<readonly string[]>;
  network(): Promise<Network>;
  warehouse(id: string): Promise<Warehouse | undefined>;
  warehouses(slice: IdSlice): Promise<readonly Warehouse[]>;
  reservation(orderId: string): Promise<Reservation | undefined>;
  /** With a warehouse: its movements among the next `LOOKS` of all, or of the SKU. */
  movements(filter: MovementFilter, slice: IdSlice): Promise<Looked<Movement, string>>;
}

export interface InventoryStore extends ServiceStore<InventoryCollections> {
  readonly reads: InventoryReads;
}
