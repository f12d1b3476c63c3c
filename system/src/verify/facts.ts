import type {
  Allocation,
  OrderPaymentStatus,
  OrderReason,
  OrderStatus,
  PaymentStatus,
  RefundStatus,
  ReservationStatus,
  ShipmentStatus,
} from '@souk/contracts/saga';
import type { ServiceName } from '@souk/contracts/services';

/** Amounts in minor units, times in epoch milliseconds. */
export interface OrderFact {
  readonly id: string;
  readonly userId: string;
  readonly status: OrderStatus;
  readonly reason: OrderReason | null;
  readonly paymentStatus: OrderPaymentStatus;
  readonly refunded: number;
  readonly total: number;
  readonly currency: string;
  readonly deadlineAt: number | null;
  /** Its customer's account is deleted, but its delivery still needs the address. */
  readonly isKept: boolean;
  /** Its address identifies nobody. */
  readonly isErased: boolean;
  readonly version: number;
}

export interface OrderLineFact {
  readonly orderId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: number;
}

export interface ShipmentFact {
  readonly orderId: string;
  readonly id: string;
  readonly warehouseId: string;
  readonly status: ShipmentStatus;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
}

/** An event that says that a parcel was shipped or delivered. */
export interface ParcelNews {
  readonly type: 'order.shipped' | 'order.delivered';
  readonly shipmentId: string;
  readonly carrier: string;
  readonly trackingNumber: string;
}

/** An event of an erased order that still holds personal data of its customer. */
export interface PersonalTold {
  readonly orderId: string;
  readonly type: string;
}

/** A field of an event in the log that its contract does not name, or marks as personal. */
export interface PersonalLogged {
  readonly topic: string;
  readonly id: string;
  /** JSON Pointer to the first such field of the event. */
  readonly place: string;
}

export interface LevelFact {
  readonly sku: string;
  readonly warehouseId: string;
  readonly onHand: number;
  readonly reserved: number;
  /** Number of movements that it counts. */
  readonly movements: number;
  /** Two for each time the SKU ran low, and one more while it has enough. */
  readonly lowTurns: number;
}

/** An event that says that a SKU ran low. */
export interface LowFact {
  readonly sku: string;
  readonly available: number;
  readonly threshold: number;
}

export interface ReservationFact {
  readonly orderId: string;
  readonly status: ReservationStatus;
  readonly lines: readonly Allocation[];
}

export interface MovementFact {
  readonly sku: string;
  readonly warehouseId: string;
  /** Ordinal among the movements of its SKU in its warehouse, from 1. */
  readonly number: number;
  readonly onHandDelta: number;
  readonly reservedDelta: number;
  readonly onHandAfter: number;
  readonly reservedAfter: number;
}

export interface PaymentFact {
  readonly id: string;
  readonly orderId: string;
  readonly status: PaymentStatus;
  readonly amount: number | null;
  readonly refunded: number;
  /** Amount of its pending refunds. */
  readonly refunding: number;
}

export interface RefundFact {
  readonly id: string;
  readonly paymentId: string;
  readonly amount: number;
  readonly status: RefundStatus;
}

/** A webhook that the gateway sent. */
export interface WebhookFact {
  readonly id: string;
  /** `payment:<id>` or `refund:<id>` */
  readonly key: string | null;
  readonly said: 'succeeded' | 'declined' | 'pending' | null;
  readonly outcome: 'changed' | 'ignored' | 'anomaly' | 'unknown';
}

/** A charge in the gateway's own books. */
export interface ChargeFact {
  /** `payment:<id>` */
  readonly key: string;
  readonly amount: number;
  readonly taken: boolean;
  readonly refunded: number;
}

/** A refund in the gateway's own books. */
export interface GivenBack {
  /** `refund:<id>` */
  readonly key: string;
  readonly amount: number;
}

export interface CategoryFact {
  readonly id: string;
  readonly parentId: string | null;
  readonly position: number;
}

/** Number of products that a category is recorded to have. */
export interface CategoryUse {
  readonly categoryId: string;
  readonly products: number;
}

export interface ProductFact {
  readonly id: string;
  readonly categoryIds: readonly string[];
}

export interface EventFact {
  readonly service: ServiceName;
  readonly id: string;
  readonly type: string;
  readonly published: boolean;
  readonly stream: string;
  readonly version: number;
}

/** Messages and events that a service has not finished. */
export interface Backlog {
  readonly service: ServiceName;
  /** Events that are committed and not marked as sent. */
  readonly unsent: number;
  readonly parked: number;
}

/** An open dead letter. */
export interface DeadLetterFact {
  readonly service: ServiceName;
  readonly cause: string;
}

/** An event that the log refused for good and that was not sent again: it has a dead letter, open or discarded. */
export interface SetAsideFact {
  readonly id: string;
}

/**
 * Everything the rules look at, by table: the contents of the five databases, the log and the gateway's books after the shop has
 * come to rest. fact-store.ts defines how each is stored.
 */
export interface Facts {
  /** Order ids that callers were promised. */
  readonly accepted: { readonly id: string };
  readonly orders: OrderFact;
  readonly orderLines: OrderLineFact;
  readonly shipments: ShipmentFact;
  readonly parcelNews: ParcelNews;
  readonly personalTold: PersonalTold;
  readonly categories: CategoryFact;
  readonly categoryUse: CategoryUse;
  readonly products: ProductFact;
  readonly levels: LevelFact;
  readonly lows: LowFact;
  readonly reservations: ReservationFact;
  readonly movements: MovementFact;
  readonly payments: PaymentFact;
  readonly refunds: RefundFact;
  readonly paymentMethods: { readonly id: string; readonly userId: string };
  readonly webhooks: WebhookFact;
  readonly charges: ChargeFact;
  readonly givenBack: GivenBack;
  readonly events: EventFact;
  readonly backlogs: Backlog;
  readonly deadLetters: DeadLetterFact;
  readonly setAside: SetAsideFact;
  /** Fields of logged events, in their current versions, that may hold personal data. */
  readonly personalLogged: PersonalLogged;
  /** Events in the log. */
  readonly logged: { readonly id: string };
  /** Messages that consumer groups have still to handle: one row. */
  readonly unhandled: { readonly messages: number };
}
