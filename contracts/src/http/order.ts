import { type Static, Type } from '@sinclair/typebox';
import { AskedAddress, ShippingAddress } from '../address.ts';
import { noCardNumbers } from '../card-number.ts';
import { Money } from '../money.ts';
import { Page, PagedQuery } from '../paging.ts';
import { Variant } from './product.ts';
import { OrderItem, OrderPaymentStatus, OrderReason, OrderStatus, ShipmentStatus, Shortage } from '../saga.ts';
import { closed, impersonal, nullable, oneOf, personal } from '../schema.ts';
import { FreeText, KeptName, Name, Sku, UtcTime, Uuid } from '../strings.ts';
import { SERVICES } from '../services.ts';

/** A SKU may occur only once; JSON Schema cannot say so, so the order service checks it. */
export const PlaceOrder = closed({
  items: Type.Array(OrderItem, { minItems: 1, maxItems: 100 }),
  shippingAddress: AskedAddress,
  paymentMethodId: Uuid,
  expectedTotal: Type.Optional(Money),
});
export type PlaceOrder = Static<typeof PlaceOrder>;

export const CancelOrder = closed({ note: Type.Optional(personal(FreeText)) });
export type CancelOrder = Static<typeof CancelOrder>;

/** Carrier and tracking number, by which the carrier's own pages find the parcel. */
export const ShipShipment = closed({ carrier: noCardNumbers(impersonal(Name)), trackingNumber: impersonal(Name) });
export type ShipShipment = Static<typeof ShipShipment>;

/** Has no fields; the body may be left out. */
export const DeliverShipment = closed({});

/** Title, price and the variant's options are frozen as they were when the order was placed. Orders older than stored options have none. */
export const OrderLine = closed({
  sku: Sku,
  productId: Uuid,
  title: impersonal(KeptName),
  options: Type.Optional(Variant.properties.options),
  quantity: Type.Integer({ minimum: 1, maximum: 999 }),
  unitPrice: Money,
  lineTotal: Money,
});
export type OrderLine = Static<typeof OrderLine>;

const Count = Type.Integer({ minimum: 0 });

export const Shipment = closed({
  id: Uuid,
  warehouseId: Uuid,
  status: ShipmentStatus,
  items: Type.Array(closed({ sku: Sku, quantity: Type.Integer({ minimum: 1 }) }), { minItems: 1 }),
  carrier: nullable(impersonal(KeptName)),
  trackingNumber: nullable(impersonal(KeptName)),
});
export type Shipment = Static<typeof Shipment>;

/** `shortages` only when rejected. `paymentStatus` `none`: nothing is owed. */
export const Order = closed({
  id: Uuid,
  userId: Uuid,
  status: OrderStatus,
  reason: nullable(OrderReason),
  paymentStatus: OrderPaymentStatus,
  items: Type.Array(OrderLine, { minItems: 1 }),
  total: Money,
  shippingAddress: ShippingAddress,
  shipments: Type.Array(Shipment),
  shortages: Type.Optional(Type.Array(Shortage)),
  version: Type.Integer({ minimum: 1 }),
  placedAt: UtcTime,
  updatedAt: UtcTime,
});
export type Order = Static<typeof Order>;

/** Number of lines that an order in a list shows. */
export const FIRST_LINES = 3;

const { id, userId, status, reason, paymentStatus, total, version, placedAt, updatedAt } = Order.properties;
const { sku, productId, title, quantity, unitPrice, lineTotal } = OrderLine.properties;

/**
 * An order in a list: the number of its lines and the first of them, without options, and the number of its shipments in each status. The whole
 * order, with the address, is at `GET /orders/{id}`.
 */
export const OrderSummary = closed({
  id,
  userId,
  status,
  reason,
  paymentStatus,
  lineCount: Type.Integer({ minimum: 1 }),
  firstLines: Type.Array(closed({ sku, productId, title, quantity, unitPrice, lineTotal }), { minItems: 1, maxItems: FIRST_LINES }),
  total,
  shipmentCounts: closed({ pending: Count, shipped: Count, delivered: Count }),
  version,
  placedAt,
  updatedAt,
});
export type OrderSummary = Static<typeof OrderSummary>;

export const OrderPage = Page(OrderSummary);

/**
 * The things that an order waits for, by what Order has heard:
 * - `stock`: placed; Inventory has not answered
 * - `payment`: awaiting payment; Payment has not answered
 * - `stock_back`: cancelled; Inventory has said that it holds goods, and not yet that they are back. A cancelled order of which it has said nothing is
 *   not counted: if Inventory heard of the cancellation first, or had too little, it holds nothing and never says that anything is back. If it does hold
 *   something, its `inventory.reserved` is on the way, and the order waits from then on.
 * - `money_back`: cancelled; Payment has said that it took money, and not yet that all of it went back. A charge whose result is open is not counted.
 *   A refund that the gateway refused for good leaves its order here until staff refund it.
 * - `shipping`: completed, with a parcel that is still to be sent: not one whose money all went back, or whose address is erased
 * - `delivery`: completed, with a parcel on its way
 */
export const ORDER_WAITS = ['stock', 'payment', 'stock_back', 'money_back', 'shipping', 'delivery'] as const;
export type OrderWait = (typeof ORDER_WAITS)[number];

/**
 * `userId` of somebody else is for staff only. Placed at `placedAfter` or later, and earlier than `placedBefore`. `sku`: one of the lines has exactly
 * this SKU.
 */
export const OrderQuery = PagedQuery({
  userId: Type.Optional(Uuid),
  status: Type.Optional(OrderStatus),
  placedAfter: Type.Optional(UtcTime),
  placedBefore: Type.Optional(UtcTime),
  reason: Type.Optional(OrderReason),
  waitsFor: Type.Optional(oneOf(...ORDER_WAITS)),
  sku: Type.Optional(Sku),
});
export type OrderQuery = Static<typeof OrderQuery>;

/** One `status` event of an order's stream. `seq` is the place in its timeline, and the event's id. */
export const OrderStatusEvent = closed({
  orderId: Uuid,
  status: OrderStatus,
  reason: nullable(OrderReason),
  paymentStatus: OrderPaymentStatus,
  seq: Type.Integer({ minimum: 1 }),
  at: UtcTime,
});
export type OrderStatusEvent = Static<typeof OrderStatusEvent>;

/** `name`: the topic or the decision. `causationId` is null when an HTTP command or a deadline caused it. */
export const TimelineEntry = closed({
  seq: Type.Integer({ minimum: 1 }),
  at: UtcTime,
  service: oneOf(...SERVICES),
  kind: oneOf('event', 'decision', 'note'),
  name: impersonal(Type.String({ minLength: 1 })),
  from: nullable(OrderStatus),
  to: nullable(OrderStatus),
  reason: nullable(personal(Type.String())),
  eventId: nullable(Uuid),
  causationId: nullable(Uuid),
});
export type TimelineEntry = Static<typeof TimelineEntry>;

/** `seq` 1..n without gap, not paged. */
export const Timeline = closed({ items: Type.Array(TimelineEntry) });
export type Timeline = Static<typeof Timeline>;

const Word = impersonal(Type.String({ minLength: 1 }));

/**
 * The saga as data. `on` and `emits` are topics or commands.
 * - `answers`: the answer to every message in every state; `because` says why, or on which condition an order moves on
 * - `waits`: what an order in a state waits for, the event by which it was asked for, the service that was asked (null: people), and the messages or
 *   reports that end the wait
 * - `deadlines`: `seconds` is how long the state may last while the other service answers later orders, `limitSeconds` how long it may last at most
 * - `compensations`: what the other services do by themselves about a cancelled order: `undoes` is the message whose effect they take back
 * - `shipments`: what happens to each parcel of a completed order
 */
export const SagaDescription = closed({
  states: Type.Array(OrderStatus),
  transitions: Type.Array(closed({ from: OrderStatus, on: Word, to: OrderStatus, emits: Type.Array(Word) })),
  answers: Type.Array(closed({ state: OrderStatus, on: Word, kind: oneOf('transition', 'record', 'ignore', 'refuse', 'anomaly'), because: nullable(Word) })),
  waits: Type.Array(closed({ state: OrderStatus, waitsFor: oneOf(...ORDER_WAITS), asked: Word, by: nullable(oneOf(...SERVICES)), until: Type.Array(Word) })),
  deadlines: Type.Array(closed({ state: OrderStatus, seconds: Type.Integer({ minimum: 1 }), limitSeconds: Type.Integer({ minimum: 1 }), reason: OrderReason })),
  compensations: Type.Array(
    closed({ on: Word, by: oneOf(...SERVICES), does: Word, emits: Word, undoes: Word, returns: oneOf('stock', 'money') }),
  ),
  shipments: closed({
    states: Type.Array(ShipmentStatus),
    transitions: Type.Array(closed({ from: ShipmentStatus, on: Word, to: ShipmentStatus, emits: Type.Array(Word) })),
  }),
});
export type SagaDescription = Static<typeof SagaDescription>;

/**
 * State of the last rebuild of the catalogue copy. `never`: there was none. `interrupted`: it has recorded no progress for 90 s, so its process
 * is gone; it may be started again. `skipped`: messages that cannot be read.
 */
export const CatalogueRebuildStatus = closed({
  status: oneOf('never', 'emptying', 'reading', 'done', 'failed', 'interrupted'),
  startedAt: nullable(UtcTime),
  updatedAt: nullable(UtcTime),
  messages: Count,
  total: Count,
  skipped: Count,
  failure: nullable(impersonal(Type.String())),
});
export type CatalogueRebuildStatus = Static<typeof CatalogueRebuildStatus>;

/** Orders by status; counts of ended ones may be a minute old. `stuck`: open ones that have waited for `stuckAfterS` or longer, up to 1,000. */
export const OrderCounts = closed({
  placed: Count,
  awaiting_payment: Count,
  completed: Count,
  rejected: Count,
  cancelled: Count,
  stuck: Count,
  stuckAfterS: Count,
});
export type OrderCounts = Static<typeof OrderCounts>;

/**
 * Orders that have waited for another service for `stuckAfterS` or longer, the longest waiting first, 100 at most: open ones, and cancelled ones whose
 * stock or money has not come back (one entry for each). `since`: when the other service was asked. `deadlineAt`: the earliest time at which an open order
 * is given up; null when cancelled.
 */
export const StuckOrders = closed({
  items: Type.Array(closed({ orderId: Uuid, status: OrderStatus, waitsFor: oneOf(...ORDER_WAITS), since: UtcTime, deadlineAt: nullable(UtcTime) })),
  stuckAfterS: Count,
});
export type StuckOrders = Static<typeof StuckOrders>;
