import { type Static, Type } from '@sinclair/typebox';
import { closed, oneOf } from './schema.ts';
import { Sku, Uuid } from './strings.ts';

export const OrderStatus = oneOf('placed', 'awaiting_payment', 'completed', 'rejected', 'cancelled');
export type OrderStatus = Static<typeof OrderStatus>;

export const CancelReason = oneOf(
  'payment_declined',
  'payment_expired',
  'inventory_timeout',
  'cancelled_by_customer',
  'cancelled_by_staff',
);
export type CancelReason = Static<typeof CancelReason>;

/** The reason why an order ended other than completed: `out_of_stock` when rejected, else the reason of its cancellation. */
export const OrderReason = oneOf(
  'out_of_stock',
  'payment_declined',
  'payment_expired',
  'inventory_timeout',
  'cancelled_by_customer',
  'cancelled_by_staff',
);
export type OrderReason = Static<typeof OrderReason>;

/** Payment status of an order, as Order knows it from Payment's events. */
export const OrderPaymentStatus = oneOf('none', 'pending', 'paid', 'partially_refunded', 'refunded', 'failed');
export type OrderPaymentStatus = Static<typeof OrderPaymentStatus>;

export const PaymentStatus = oneOf('pending', 'captured', 'failed', 'voided');
export type PaymentStatus = Static<typeof PaymentStatus>;

export const RefundStatus = oneOf('pending', 'succeeded', 'failed');
export type RefundStatus = Static<typeof RefundStatus>;

/** `cancelled` is the tombstone of an order whose cancellation arrived before its creation. */
export const ReservationStatus = oneOf('reserved', 'committed', 'released', 'restocked', 'refused', 'cancelled');
export type ReservationStatus = Static<typeof ReservationStatus>;

export const ShipmentStatus = oneOf('pending', 'shipped', 'delivered');
export type ShipmentStatus = Static<typeof ShipmentStatus>;

export const MovementKind = oneOf(
  'receipt',
  'adjustment',
  'transfer_in',
  'transfer_out',
  'reserve',
  'release',
  'sale',
  'restock',
);
export type MovementKind = Static<typeof MovementKind>;

/** The SKU and quantity of one order line. */
export const OrderItem = closed({ sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: 999 }) });
export type OrderItem = Static<typeof OrderItem>;

/** Pieces of a SKU out of one warehouse. */
export const Allocation = closed({ sku: Sku, warehouseId: Uuid, quantity: Type.Integer({ minimum: 1 }) });
export type Allocation = Static<typeof Allocation>;

export const Shortage = closed({
  sku: Sku,
  requested: Type.Integer({ minimum: 1 }),
  available: Type.Integer({ minimum: 0 }),
});
export type Shortage = Static<typeof Shortage>;
