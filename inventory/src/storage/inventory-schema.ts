export interface WarehousesTable {
  id: string;
  name: string;
  priority: number;
  active: number;
  version: number;
}

export interface LevelsTable {
  sku: string;
  warehouse_id: string;
  on_hand: number;
  reserved: number;
  movements: number;
  low_turns: number;
}

export interface ReservationsTable {
  order_id: string;
  status: string;
  lines: string;
  version: number;
  created_at: number;
  updated_at: number;
}

export interface MovementsTable {
  id: string;
  sku: string;
  warehouse_id: string;
  number: number;
  kind: string;
  on_hand_delta: number;
  reserved_delta: number;
  on_hand_after: number;
  reserved_after: number;
  reason: string | null;
  actor: string | null;
  reference: string;
  event_id: string | null;
  at: number;
}

export interface CatalogueTable {
  sku: string;
  product_id: string;
  version: number;
  /** 1 or 0; null: stored before this was recorded */
  on_sale: number | null;
}

export interface InventorySchema {
  warehouses: WarehousesTable;
  inventory: LevelsTable;
  reservations: ReservationsTable;
  inventory_transactions: MovementsTable;
  catalogue: CatalogueTable;
}
