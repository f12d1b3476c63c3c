import type { Head } from '@souk/chassis/web/limits/expected-delay';
import type { Looked } from '@souk/chassis/web/paging/looked';
import type { ServiceStore } from '@souk/chassis/engine/service-store';
import type { Cause } from '@souk/chassis/cause';
import type { OrderStatus } from '@souk/contracts/saga';
import type { CatalogueEntry, CatalogueProduct } from '../domain/catalogue.ts';
import type { CountedOwner } from '@souk/chassis/stores/sql/counted-owners';
import type { CatalogueRebuild } from '../domain/catalogue-rebuild.ts';
import type { CustomerHoldings } from '../domain/customer-limits.ts';
import type { HistoryContext, HistoryEntry } from '../domain/history.ts';
import type { Order } from '../domain/order.ts';
import type { OrderSummary } from '../domain/order-summary.ts';
import type { FreshCatalogue } from './fresh-catalogue.ts';

/** Somebody who has left the shop. */
export interface ErasedUser {
  readonly id: string;
  /** When Order was told, epoch milliseconds. */
  readonly erasedAt: number;
  /** When they left, epoch milliseconds; this and what follows is null where an earlier version took it down. */
  readonly deletedAt: number | null;
  /** Id of the event that told of it. */
  readonly toldBy: string | null;
  readonly traceparent: string | null;
}

/** An order whose delivery is over and whose customer has left meanwhile. */
export interface OrderToErase {
  readonly orderId: string;
}

/** What an event of ours says as it is to be from now on. */
export interface RewrittenEvent {
  readonly type: string;
  readonly lane: string;
  readonly seq: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly context: HistoryContext;
}

/** An order of somebody who has left, as it was found, with the events that tell its address or what was written on leaving it. */
export interface ToErase {
  readonly id: string;
  readonly version: number;
  /** When its customer left, epoch milliseconds, and what told of it. */
  readonly deletedAt: number | null;
  readonly cause: Cause;
  readonly told: readonly RewrittenEvent[];
}

/** Somebody who orders, with what they have in orders that count. */
export type Customer = CountedOwner & CustomerHoldings;

/** How far the orders of somebody who has left were looked at. */
export interface Walk {
  readonly userId: string;
  /** Nothing is to be done about their orders up to this id; `''`: none was looked at yet. */
  readonly after: string;
  /** There are none beyond it. */
  readonly isOver: boolean;
}

/** What Order decides on. */
export type OrderCollections = {
  /** by id */
  readonly orders: Order;
  /** by id; put whenever an order is added, so that the next one of the same batch counts it */
  readonly customers: Customer;
  /** by SKU */
  readonly catalogue: CatalogueEntry;
  /**
   * The same by SKU, never locked, and as they were a second ago at most: for placements. Who puts an entry or removes one does it
   * here as well, so that it counts at once in this process; nothing is written.
   */
  readonly offers: CatalogueEntry;
  /** by product id */
  readonly catalogueProducts: CatalogueProduct;
  /** The same two of the copy that is being made anew. */
  readonly freshCatalogue: CatalogueEntry;
  readonly freshProducts: CatalogueProduct;
  /** by REBUILD_ID */
  readonly catalogueRebuilds: CatalogueRebuild;
  /** by id */
  readonly erasedUsers: ErasedUser;
  /** by order id */
  readonly ordersToErase: OrderToErase;
  /** by lane and seq; put only */
  readonly rewrittenEvents: RewrittenEvent;
};

/** The others are the end of an order, or of its saga. */
export const OPEN_STATUSES = ['placed', 'awaiting_payment'] as const satisfies OrderStatus[];

export interface OrderFilter {
  readonly userId?: string;
  readonly status?: OrderStatus;
  /** Placed then or later, epoch milliseconds. */
  readonly placedAfter?: number;
  /** Placed earlier, epoch milliseconds. */
  readonly placedBefore?: number;
  /** Only orders with a lower id: those after the last one of the page before. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** An order that waits for somebody else's answer. */
export interface WaitingOrder {
  readonly id: string;
  readonly status: (typeof OPEN_STATUSES)[number];
  readonly version: number;
  /** When they were asked, epoch milliseconds. */
  readonly askedAt: number;
}

/** An order that somebody else's answer is given up for. */
export interface OverdueOrder {
  readonly id: string;
  /** The trace in which the deadline was set. */
  readonly traceparent: string | null;
}

export type Standing = Pick<Order, 'id' | 'version' | 'paymentStatus'>;

/** What is read outside of decisions; committed data only. */
export interface OrderReads {
  order(id: string): Promise<Order | undefined>;
  /** Newest first. Filters that no index knows together let `LOOKS` orders by at most. */
  orders(filter: OrderFilter): Promise<Looked<OrderSummary, string>>;
  /** Where these orders stand; unknown ones are left out. */
  standings(ids: readonly string[]): Promise<readonly Standing[]>;
  /** What happened to these orders, by id, each from the beginning. */
  histories(ids: readonly string[]): Promise<ReadonlyMap<string, readonly HistoryEntry[]>>;
  /** Orders whose deadline is not after this time, the longest overdue first. */
  overdueOrders(upTo: number, limit: number): Promise<readonly WaitingOrder[]>;
  /** The same orders with the traces in which their deadlines were set. */
  tracesOf(orders: readonly Pick<WaitingOrder, 'id' | 'version'>[]): Promise<readonly OverdueOrder[]>;
  /** The database's clock, and the time of the oldest event of any process that may not be in the log yet; null: all are. */
  sending(): Promise<{ readonly now: number; readonly unsentSince: number | null }>;
  /** Who has left within so many milliseconds. */
  usersErasedSince(ms: number): Promise<readonly string[]>;
  /**
   * Looks at the next orders of people who have left, a few of each: which still have an address, but for what is kept for its
   * delivery? `limit` at most are answered.
   */
  toErase(walks: readonly Walk[], limit: number): Promise<{ readonly found: readonly ToErase[]; readonly walks: readonly Walk[] }>;
  /** What was kept for its delivery and is delivered. */
  deliveredToErase(limit: number): Promise<readonly ToErase[]>;
  /** The number of orders of a status with higher ids than `after`, `limit` at most; `last`: there may be more after this one. */
  countOrders(status: OrderStatus, after: string, limit: number): Promise<{ readonly count: number; readonly last: string | null }>;
  /** How many have ended in this status up to an id, as `OrderStore.countEnded` has noted. */
  counted(status: OrderStatus): Promise<{ readonly count: number; readonly upTo: string }>;
  /** How long ago the oldest orders of a status were placed, in milliseconds by the clocks of the processes that placed them, `limit` at most. */
  agesOfOldest(status: OrderStatus, limit: number): Promise<readonly number[]>;
  /** The age of the oldest order that has not ended, in milliseconds by the database's clock; 0: all have ended. */
  oldestOpenMs(): Promise<number>;
  /**
   * The orders that wait for Inventory and for Payment, and were placed after the newest one that was answered: of each, how long
   * ago the first of them was placed by the database's clock, and how many they are, `limit` at most.
   */
  firstWaiting(limit: number): Promise<{ readonly stock: Head; readonly payment: Head }>;
  /** Which of these SKUs the catalogue copy has. */
  knownSkus(skus: readonly string[]): Promise<readonly string[]>;
  /** The last rebuild of the catalogue copy, and for how many milliseconds nothing was heard of it. */
  catalogueRebuild(): Promise<{ readonly rebuild: CatalogueRebuild; readonly silentMs: number } | undefined>;
}

export interface OrderStore extends ServiceStore<OrderCollections> {
  readonly reads: OrderReads;
  readonly fresh: FreshCatalogue;
  /**
   * Counts the next orders that have ended in this status, `limit` at most, and notes how far it came: up to the oldest order that
   * is open, and no order of the last minutes, so that none is missed. Answers how many.
   */
  countEnded(status: OrderStatus, limit: number): Promise<number>;
}
