import type { ChassisSchema } from '@souk/chassis/stores/sql/chassis-schema';

export interface OrdersTable {
  id: string;
  user_id: string;
  status: string;
  reason: string | null;
  payment_status: string;
  refunded: number;
  total: number;
  currency: string;
  shipping_address: string;
  payment_method_id: string;
  allocations: string | null;
  shortages: string | null;
  deadline_at: number | null;
  counts_until: number | null;
  pieces: number | null;
  left_at: number | null;
  erased_at: number | null;
  version: number;
  placed_at: number;
  updated_at: number;
}

/** Prices are in the order's currency. */
export interface OrderItemsTable {
  order_id: string;
  position: number;
  sku: string;
  product_id: string;
  title: string;
  quantity: number;
  unit_price: number;
  options: string | null;
}

export interface ShipmentsTable {
  order_id: string;
  id: string;
  warehouse_id: string;
  status: string;
  items: string;
  carrier: string | null;
  tracking_number: string | null;
}

export interface CatalogueTable {
  sku: string;
  product_id: string;
  title: string;
  price: number;
  currency: string;
  active: number;
  version: number;
  changed_at: number;
  options: string | null;
}

export interface CatalogueProductsTable {
  id: string;
  version: number;
  skus: string;
}

export interface CatalogueRebuildsTable {
  id: string;
  run: string;
  status: string;
  started_at: number;
  updated_at: number;
  messages: number;
  total: number;
  skipped: number;
  failure: string | null;
}

export interface ErasedUsersTable {
  id: string;
  erased_at: number;
  deleted_at: number | null;
  told_by: string | null;
  traceparent: string | null;
}

/** Orders of deleted users whose delivery is over. */
export interface OrdersToEraseTable {
  order_id: string;
}

/** A customer's row, locked while an order of theirs is added. */
interface CustomersTable {
  id: string;
}

/** Number of orders that have ended in a status, up to an id. */
export interface OrderCountsTable {
  status: string;
  counted: number;
  up_to: string;
}

/** Includes the chassis' events, which are the orders' history. */
export interface OrderSchema extends Pick<ChassisSchema, 'events' | 'lanes'> {
  orders: OrdersTable;
  order_items: OrderItemsTable;
  shipments: ShipmentsTable;
  catalogue: CatalogueTable;
  catalogue_products: CatalogueProductsTable;
  catalogue_fresh: CatalogueTable;
  catalogue_products_fresh: CatalogueProductsTable;
  catalogue_rebuilds: CatalogueRebuildsTable;
  erased_users: ErasedUsersTable;
  orders_to_erase: OrdersToEraseTable;
  customers: CustomersTable;
  order_counts: OrderCountsTable;
}
