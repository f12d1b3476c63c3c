import type { ServiceStore } from '@souk/chassis/service-store';
import type { OrderStatus } from '@souk/contracts/saga';
import type { CatalogueEntry, CatalogueProduct } from '../domain/catalogue.ts';
import type { HistoryEntry } from '../domain/history.ts';
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
  /** Placed then or later, epoch milliseconds. */
  readonly placedAfter?: number;
  /** Placed earlier, epoch milliseconds. */
  readonly placedBefore?: number;
  /** Only orders with a lower id: those after the last one of the page before. */
  readonly before?: string;
  readonly limit: number;
}

export type Standing = Pick<Order, 'id' | 'version' | 'paymentStatus'>;

/** What is read outside of decisions; committed data only. */
export interface OrderReads {
  order(id: string): Promise<Order | undefined>;
  /** Newest first. */
  orders(filter: OrderFilter): Promise<readonly Order[]>;
  /** Where these orders stand; unknown ones are left out. */
  standings(ids: readonly string[]): Promise<readonly Standing[]>;
  /** What happened to these orders, by id, each from the beginning. */
  histories(ids: readonly string[]): Promise<ReadonlyMap<string, readonly HistoryEntry[]>>;
  /** Ids of orders whose deadline has passed by the database's clock, the longest overdue first. */
  overdueOrders(limit: number): Promise<readonly string[]>;
  /** Which of these SKUs the catalogue copy has. */
  knownSkus(skus: readonly string[]): Promise<readonly string[]>;
}

export interface OrderStore extends ServiceStore<OrderCollections> {
  readonly reads: OrderReads;
}
