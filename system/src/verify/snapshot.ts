import type { OrderPaymentStatus, OrderReason, OrderStatus, PaymentStatus, RefundStatus, ReservationStatus } from '@souk/contracts/saga';
import type { Allocation } from '@souk/contracts/saga-lines';
import type { ServiceName } from '@souk/contracts/services';

/** Amounts in minor units, times in epoch milliseconds. */
export interface OrderFact {
  readonly id: string;
  readonly status: OrderStatus;
  readonly reason: OrderReason | null;
  readonly paymentStatus: OrderPaymentStatus;
  readonly total: number;
  readonly currency: string;
  readonly deadlineAt: number | null;
  readonly version: number;
}

export interface OrderLineFact {
  readonly orderId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: number;
}

export interface LevelFact {
  readonly sku: string;
  readonly warehouseId: string;
  readonly onHand: number;
  readonly reserved: number;
  /** How many movements it counts. */
  readonly movements: number;
}

export interface ReservationFact {
  readonly orderId: string;
  readonly status: ReservationStatus;
  readonly lines: readonly Allocation[];
}

export interface MovementFact {
  readonly sku: string;
  readonly warehouseId: string;
  /** Among those of its SKU in its warehouse, from 1. */
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
}

export interface RefundFact {
  readonly id: string;
  readonly paymentId: string;
  readonly amount: number;
  readonly status: RefundStatus;
}

/** What the gateway itself has in its books. */
export interface ChargeFact {
  /** `payment:<id>` */
  readonly key: string;
  readonly amount: number;
  readonly taken: boolean;
  readonly refunded: number;
}

export interface EventFact {
  readonly id: string;
  readonly type: string;
  readonly published: boolean;
  readonly stream: string;
  readonly version: number;
}

export interface ServiceFact {
  readonly service: ServiceName;
  readonly events: readonly EventFact[];
  /** Events that are committed and not marked as sent. */
  readonly unsent: number;
  readonly parked: number;
  /** Causes of the dead letters nobody has dealt with. */
  readonly deadLetters: readonly string[];
}

/** Everything the rules look at: the five databases, the log, and the gateway's books, read after the shop has come to rest. */
export interface Snapshot {
  readonly orders: readonly OrderFact[];
  readonly orderLines: readonly OrderLineFact[];
  readonly levels: readonly LevelFact[];
  readonly reservations: readonly ReservationFact[];
  /** Those of one SKU in one warehouse stand in the order of their numbers. Ids would not do: several processes make them. */
  readonly movements: readonly MovementFact[];
  readonly payments: readonly PaymentFact[];
  readonly refunds: readonly RefundFact[];
  readonly charges: readonly ChargeFact[];
  readonly services: readonly ServiceFact[];
  /** Ids of all events in the log. */
  readonly logged: ReadonlySet<string>;
  /** Messages that a group has still to handle. */
  readonly unhandled: number;
}
