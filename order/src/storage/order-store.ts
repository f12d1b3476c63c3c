import type { ServiceStore } from '@souk/chassis/service-store';
import type { OrderStatus } from '@souk/contracts/saga';
import type { CatalogueEntry, CatalogueProduct } from '../domain/catalogue.ts';
import type { Order } from '../domain/order.ts';

/** What Order decides on. */
export type OrderCollections = {
  /** by id */
  readonly orders: Order;
  /** by SKU */
  readonly catalogue: CatalogueEntry;
  /** by product id */
  readonly catalogueProducts: CatalogueProduct;
};

export interface OrderFilter {
  readonly userId?: string;
  readonly status?: OrderStatus;
  /** Only orders with a lower id: those after the last one of the page before. */
  readonly before?: string;
  readonly limit: number;
}

/** What is read outside of decisions; committed data only. */
export interface OrderReads {
  order(id: string): Promise<Order | undefined>;
  /** Newest first. */
  orders(filter: OrderFilter): Promise<readonly Order[]>;
  /** Ids of orders whose deadline has passed by the database's clock, the longest overdue first. */
  overdueOrders(limit: number): Promise<readonly string[]>;
  /** Which of these SKUs the catalogue copy has. */
  knownSkus(skus: readonly string[]): Promise<readonly string[]>;
}

export interface OrderStore extends ServiceStore<OrderCollections> {
  readonly reads: OrderReads;
}
