import type { Head } from '@souk/chassis/web/limits/admission';
import type { Looked } from '@souk/chassis/web/paging';
import type { ServiceStore } from '@souk/chassis/engine/service-store';
import type { Cause } from '@souk/chassis/cause';
import type { OrderWait } from '@souk/contracts/http/order';
import type { OrderReason, OrderStatus } from '@souk/contracts/saga';
import type { CatalogueEntry, CatalogueProduct, CatalogueRebuild } from '../domain/catalogue.ts';
import type { CountedOwner } from '@souk/chassis/stores/sql/sql-collection';
import type { CustomerHoldings } from '../domain/customer-limits.ts';
import type { HistoryContext, HistoryEntry } from '../domain/history.ts';
import type { Order, OrderSummary } from '../domain/order.ts';

/** A deleted user. */
export interface ErasedUser {
  readonly id: string;
  /** Time at which Order learned of the deletion, epoch milliseconds. */
  readonly erasedAt: number;
  /** Time of the deletion, epoch milliseconds; this and the fields below are null in rows of an earlier version. */
  readonly deletedAt: number | null;
  /** Id of the event that reported it. */
  readonly toldBy: string | null;
  readonly traceparent: string | null;
}

/** An order whose delivery is over and whose customer was deleted meanwhile. */
export interface OrderToErase {
  readonly orderId: string;
}

/** An event of Order with the content that it is to have from now on. */
export interface RewrittenEvent {
  readonly type: string;
  readonly lane: string;
  readonly seq: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly context: HistoryContext;
}

/** An order of a deleted user, as it was found, with the events that hold its address or the note of its cancellation. */
export interface ToErase {
  readonly id: string;
  readonly version: number;
  /** Time at which its customer was deleted, epoch milliseconds, and the event that reported it. */
  readonly deletedAt: number | null;
  readonly cause: Cause;
  readonly told: readonly RewrittenEvent[];
}

/** A customer, with the totals of their orders that count. */
export type Customer = CountedOwner & CustomerHoldings;

/** Progress through the orders of a deleted user. */
export interface Walk {
  readonly userId: string;
  /** Their orders up to this id need nothing more; `''`: none was looked at yet. */
  readonly after: string;
  /** There are no orders beyond it. */
  readonly isOver: boolean;
}

/** The entities that Order decides on. */
export type OrderCollections = {
  /** by id */
  readonly orders: Order;
  /** by id; put whenever an order is added, so that the next one of the same batch counts it */
  readonly customers: Customer;
  /** by SKU */
  readonly catalogue: CatalogueEntry;
  /**
   * The same by SKU, for placements: never locked, and at most a second old. Whoever puts or removes an entry does it here as well, so that this
   * process sees it at once; nothing is written.
   */
  readonly offers: CatalogueEntry;
  /** by product id */
  readonly catalogueProducts: CatalogueProduct;
  /** The same two of the copy that is being rebuilt. */
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

/** Statuses of orders whose saga is under way; the others end an order, or its saga. */
export const OPEN_STATUSES = ['placed', 'awaiting_payment'] as const satisfies OrderStatus[];

export interface OrderFilter {
  readonly userId?: string;
  readonly status?: OrderStatus;
  /** Placed at this time or later, epoch milliseconds. */
  readonly placedAfter?: number;
  /** Placed before this time, epoch milliseconds. */
  readonly placedBefore?: number;
  readonly reason?: OrderReason;
  readonly waitsFor?: OrderWait;
  /** Orders that have a line of it. */
  readonly sku?: string;
  /** Only orders with a lower id: those after the last one of the previous page. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** An order that waits for another service's answer. */
export interface WaitingOrder {
  readonly id: string;
  readonly status: (typeof OPEN_STATUSES)[number];
  readonly version: number;
  /** Time at which the other service was asked, epoch milliseconds. */
  readonly askedAt: number;
}

/** An order that has waited for another service for long. */
export interface StuckOrder {
  readonly id: string;
  readonly status: OrderStatus;
  readonly waitsFor: OrderWait;
  /** Time at which the other service was asked, epoch milliseconds. */
  readonly since: number;
  /** As `Order.deadlineAt`. */
  readonly deadlineAt: number | null;
}

/** An order that is given up because another service did not answer. */
export interface OverdueOrder {
  readonly id: string;
  /** The trace in which the deadline was set. */
  readonly traceparent: string | null;
}

export type Standing = Pick<Order, 'id' | 'version' | 'paymentStatus'>;

/** Reads outside of decisions; committed data only. */
export interface OrderReads {
  order(id: string): Promise<Order | undefined>;
  /** Newest first. With filters that no index covers together, one call looks at `LOOKS` orders at most. */
  orders(filter: OrderFilter): Promise<Looked<OrderSummary, string>>;
  /** Versions and payment statuses of these orders; unknown ones are left out. */
  standings(ids: readonly string[]): Promise<readonly Standing[]>;
  /** Histories of these orders, by id, each from the beginning. */
  histories(ids: readonly string[]): Promise<ReadonlyMap<string, readonly HistoryEntry[]>>;
  /** Orders whose deadline is at this time or before, the longest overdue first. */
  overdueOrders(upTo: number, limit: number): Promise<readonly WaitingOrder[]>;
  /** The same orders with the traces in which their deadlines were set. */
  tracesOf(orders: readonly Pick<WaitingOrder, 'id' | 'version'>[]): Promise<readonly OverdueOrder[]>;
  /** Orders that have waited for stock or payment for `ms` milliseconds or longer, among the `LOOKS` oldest of each, longest waiting first. */
  openFor(ms: number): Promise<readonly StuckOrder[]>;
  /** Orders whose stock or money has not come back so long after their cancellation: 100 of the `LOOKS` newest cancelled ones, longest waiting first. */
  notGivenBackFor(ms: number): Promise<readonly StuckOrder[]>;
  /** The database's clock, and the time of the oldest event of any process that may not be in the log yet; null: all events are. */
  sending(): Promise<{ readonly now: number; readonly unsentSince: number | null }>;
  /** Ids of the users whose deletion Order learned of in the last `ms` milliseconds. */
  usersErasedSince(ms: number): Promise<readonly string[]>;
  /**
   * Looks at the next orders of deleted users, a few of each, and answers those that still have an address, except the ones kept for their delivery;
   * `limit` at most.
   */
  toErase(walks: readonly Walk[], limit: number): Promise<{ readonly found: readonly ToErase[]; readonly walks: readonly Walk[] }>;
  /** Orders that were kept for their delivery, which is over now. */
  deliveredToErase(limit: number): Promise<readonly ToErase[]>;
  /** Number of orders of a status with higher ids than `after`, `limit` at most; `last`: there may be more after this id. */
  countOrders(status: OrderStatus, after: string, limit: number): Promise<{ readonly count: number; readonly last: string | null }>;
  /** Number of orders that have ended in this status up to an id, as `OrderStore.countEnded` has recorded. */
  counted(status: OrderStatus): Promise<{ readonly count: number; readonly upTo: string }>;
  /** Ages of the oldest orders of a status, in milliseconds by the clocks of the processes that placed them, `limit` at most. */
  agesOfOldest(status: OrderStatus, limit: number): Promise<readonly number[]>;
  /** The age of the oldest order that has not ended, in milliseconds by the database's clock; 0: all have ended. */
  oldestOpenMs(): Promise<number>;
  /**
   * The orders that wait for Inventory and for Payment and were placed after the newest answered one. For each of the two: the age of the first by
   * the database's clock, and the number of orders, `limit` at most.
   */
  firstWaiting(limit: number): Promise<{ readonly stock: Head; readonly payment: Head }>;
  /** Those of these SKUs that the catalogue copy has. */
  knownSkus(skus: readonly string[]): Promise<readonly string[]>;
  /** The last rebuild of the catalogue copy, and the milliseconds since it last recorded progress. */
  catalogueRebuild(): Promise<{ readonly rebuild: CatalogueRebuild; readonly silentMs: number } | undefined>;
}

export interface OrderStore extends ServiceStore<OrderCollections> {
  readonly reads: OrderReads;
  readonly fresh: FreshCatalogue;
  /**
   * Counts the next orders that have ended in this status, `limit` at most, and records how far it came; answers their number. It stops at the oldest
   * open order and before the orders of the last minutes, so that none is missed.
   */
  countEnded(status: OrderStatus, limit: number): Promise<number>;
}

/** The tables in which the catalogue copy is rebuilt while the one in use stays available. */
export interface FreshCatalogue {
  /** Takes the lock for a rebuild, which one process at a time can hold; undefined: another one has it. Throws StorageError. */
  lock(): Promise<LockedCatalogue | undefined>;
  /** Removes the rows of an earlier rebuild, as long as `run` is the newest one. Throws StorageError, or the signal's reason. */
  empty(run: string, signal: AbortSignal): Promise<void>;
}

export interface LockedCatalogue {
  /** Exchanges the fresh copy and the one in use, between two decisions. Throws StorageError; with `retry` nothing was exchanged. */
  exchange(): Promise<void>;
  release(): Promise<void>;
}
