import type { ShippingAddress } from '@souk/contracts/address';
import type { OrderWait } from '@souk/contracts/http/order';
import type { Money } from '@souk/contracts/money';
import type { Allocation, OrderItem, OrderPaymentStatus, OrderReason, OrderStatus, ShipmentStatus, Shortage } from '@souk/contracts/saga';
import type { EventData } from '@souk/contracts/topics';
import type { Options } from './catalogue.ts';

/** Title, options and price are frozen as they were when the order was placed. */
export interface OrderLine {
  readonly sku: string;
  readonly productId: string;
  readonly title: string;
  /** The variant's options; null: not known, because an earlier version placed the order or copied the product. */
  readonly options: Options | null;
  readonly quantity: number;
  readonly unitPrice: Money;
}

/** The goods that one warehouse sends. */
export interface Shipment {
  readonly id: string;
  readonly warehouseId: string;
  readonly status: ShipmentStatus;
  readonly items: readonly OrderItem[];
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
}

export interface Order {
  readonly id: string;
  readonly userId: string;
  readonly status: OrderStatus;
  /** Reason for its rejection or cancellation. */
  readonly reason: OrderReason | null;
  readonly paymentStatus: OrderPaymentStatus;
  /** Amount that Payment says it has refunded, in minor units of the total's currency. */
  readonly refunded: number;
  readonly items: readonly OrderLine[];
  readonly total: Money;
  readonly shippingAddress: ShippingAddress;
  readonly paymentMethodId: string;
  /** Stock that Inventory holds for it: null until Inventory has answered, empty once it has taken everything back. */
  readonly allocations: readonly Allocation[] | null;
  /** Lines of which Inventory had too little. */
  readonly shortages: readonly Shortage[];
  /** One per warehouse, opened when the order is completed. */
  readonly shipments: readonly Shipment[];
  /** Earliest time at which the wait for another service is given up, epoch milliseconds; null: nothing is waited for. */
  readonly deadlineAt: number | null;
  /** The time until which it counts as open for its customer's limits, epoch milliseconds; null: it counts no longer. See customer-limits.ts. */
  readonly countsUntil: number | null;
  /** Time at which Order decided to keep the data of its deleted customer until the delivery, epoch milliseconds; null: it never did. */
  readonly leftAt: number | null;
  /** Time at which its customer's personal data was erased, epoch milliseconds; null: it is all there. */
  readonly erasedAt: number | null;
  /** The number of entries in its history. */
  readonly version: number;
  /** epoch milliseconds */
  readonly placedAt: number;
  readonly updatedAt: number;
}

type Kept = 'id' | 'userId' | 'status' | 'reason' | 'paymentStatus' | 'total' | 'version' | 'placedAt' | 'updatedAt';

/** An order as shown in a list: its size does not grow with what was ordered, and nothing in it is personal. */
export interface OrderSummary extends Pick<Order, Kept> {
  readonly lineCount: number;
  /** in their original order, `FIRST_LINES` at most */
  readonly firstLines: readonly Omit<OrderLine, 'options'>[];
  readonly shipmentCounts: Readonly<Record<ShipmentStatus, number>>;
}

/** All that a decision about an order may know besides the order. */
export interface Surroundings {
  /** epoch milliseconds */
  readonly now: number;
  newId(): string;
  readonly deadlines: Deadlines;
}

/** Time-outs of the states in which an order waits for another service, in milliseconds. */
export interface Deadlines {
  readonly placed: number;
  readonly awaiting_payment: number;
}

export function hasShipped(order: Order): boolean {
  return order.shipments.some((shipment) => shipment.status !== 'pending');
}

/** True when a parcel is on its way or will be: a pending one is sent unless all of the money went back. */
export function awaitsDelivery({ status, paymentStatus, shipments }: Order): boolean {
  const isComing = (shipment: Shipment) =>
    shipment.status === 'shipped' || (shipment.status === 'pending' && paymentStatus !== 'refunded');
  return status === 'completed' && shipments.some(isComing);
}

/** The status in which an order can wait for each of these. */
export const WAITS_IN = {
  stock: 'placed',
  payment: 'awaiting_payment',
  stock_back: 'cancelled',
  money_back: 'cancelled',
  shipping: 'completed',
  delivery: 'completed',
} as const satisfies Record<OrderWait, OrderStatus>;

type OrderEventType = 'order.created' | 'order.ready_for_payment' | 'order.completed' | 'order.rejected' | 'order.cancelled';

/** An event that Order sends to the other services. */
export type OrderEvent = { [T in OrderEventType]: { readonly type: T; readonly data: EventData<T> } }[OrderEventType];

/** Builds an event from the order as it is now. */
export function orderEvent(type: OrderEventType, order: Order): OrderEvent {
  const ids = { orderId: order.id, userId: order.userId };
  switch (type) {
    case 'order.created':
      return { type, data: { ...ids, items: orderedItems(order), total: order.total } };
    case 'order.ready_for_payment':
      return { type, data: { ...ids, amount: order.total, paymentMethodId: order.paymentMethodId } };
    case 'order.completed':
      return { type, data: { ...ids, items: orderedItems(order), total: order.total } };
    case 'order.rejected':
      return { type, data: { ...ids, shortages: [...order.shortages] } };
    case 'order.cancelled':
      return { type, data: { ...ids, reason: cancelReason(order) } };
    default:
      return type satisfies never;
  }
}

function orderedItems(order: Order) {
  return order.items.map(({ sku, quantity }) => ({ sku, quantity }));
}

function cancelReason({ id, reason }: Order) {
  if (reason === null || reason === 'out_of_stock') throw new Error(`order ${id} is cancelled without a reason`);
  return reason;
}
