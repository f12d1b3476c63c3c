import type { Decision, Entities, UseCase } from '@souk/chassis/engine/writer/use-case';
import type { EventEnvelope } from '@souk/contracts/envelope';
import type { ShippingRefusal } from '@souk/contracts/problem';
import { type CustomerLimits, limitRefusal, piecesOf } from '../domain/customer-limits.ts';
import type { HistoryCause, HistoryContext } from '../domain/history.ts';
import { awaitsDelivery, type Deadlines, type Order, orderEvent } from '../domain/order.ts';
import { answerOrder, type Outcome, type SagaMessageType } from '../domain/order-saga.ts';
import { type OrderRequest, type Placement, placeOrder as decidePlacement } from '../domain/place-order.ts';
import { answerShipment, type ShipmentReport } from '../domain/shipments.ts';
import type { OrderCollections } from '../storage/order-store.ts';

/** Places an order at the prices of the catalogue copy, unless it would exceed its customer's limits. */
export function placeOrder(deadlines: Deadlines, limits: CustomerLimits): UseCase<OrderCollections, OrderRequest, Placement> {
  return {
    name: 'place order',
    canWait: true,
    keys: ({ items, userId }) => ({ customers: [userId], offers: items.map(({ sku }) => sku) }),
    decide(request, world, { now, newId }) {
      const answer = decidePlacement(request, (sku) => world.get('offers', sku), { now, newId, deadlines });
      if (answer.kind === 'refused') return { answer };
      const customer = world.get('customers', request.userId) ?? { id: request.userId, hasRow: false, orders: 0, pieces: 0 };
      const refusal = limitRefusal(limits, customer, request.items);
      if (refusal !== undefined) return { answer: { kind: 'refused', refusal } };
      const { order } = answer;
      const withIt = { ...customer, orders: customer.orders + 1, pieces: customer.pieces + piecesOf(request.items) };
      const context: HistoryContext = { to: 'placed', cause: { name: 'POST /orders' } };
      const created = { ...orderEvent('order.created', order), ...placeInHistory(order), context };
      return { answer, puts: { orders: [order], customers: [withIt] }, events: [created] };
    },
  };
}

/** A saga message as received; it narrows on `type`. */
export type SagaEnvelope = { [T in SagaMessageType]: EventEnvelope<T> }[SagaMessageType];

/** Learns from saga messages how the other services get on. A retried transaction reports the same again, which stays true. */
export interface SagaWatch {
  gatewayTook(ms: number): void;
  /** The request made about this order at `askedAt` is answered. */
  answered(status: keyof Deadlines, orderId: string, askedAt: number): void;
}

/** Advances an order on a message from Inventory or Payment. */
export function followSaga(deadlines: Deadlines, watch: SagaWatch): UseCase<OrderCollections, SagaEnvelope, void> {
  return {
    name: 'follow saga',
    keys: ({ data }) => ({ orders: [data.orderId] }),
    decide(message, world, { now, newId }) {
      const order = world.get('orders', message.data.orderId);
      if (order === undefined) return { answer: undefined, anomaly: `${message.type}: there is no such order` };
      learnFrom(message, order, watch);
      const outcome = answerOrder(order, message, { now, newId, deadlines });
      const cause = { name: message.type, at: Date.parse(message.time), by: message.causationId };
      return { answer: undefined, ...recordOutcome(order, outcome, cause) };
    },
  };
}

function learnFrom({ type, data }: SagaEnvelope, { id, status, placedAt, updatedAt }: Order, watch: SagaWatch): void {
  if (type === 'inventory.reserved' || type === 'inventory.failed') watch.answered('placed', id, placedAt);
  // In later states the order no longer tells when Payment was asked.
  else if ((type === 'payment.completed' || type === 'payment.failed') && status === 'awaiting_payment') watch.answered('awaiting_payment', id, updatedAt);
  if ('gatewayMs' in data && data.gatewayMs !== undefined) watch.gatewayTook(data.gatewayMs);
}

export interface CancellationRequest {
  readonly orderId: string;
  /** The caller. */
  readonly userId: string;
  /** Staff may cancel the orders of others. */
  readonly isStaff: boolean;
  readonly note?: string;
  /** Throws when the caller has named a version (If-Match) and the order has another one. */
  readonly requireVersion?: (version: number) => void;
}

export type CancellationAnswer =
  | { readonly kind: 'cancelled'; readonly order: Order }
  | { readonly kind: 'not-cancellable'; readonly order: Order }
  | { readonly kind: 'not-found' };

/** Cancels an order; an order that is already cancelled is answered unchanged. */
export function cancelOrder(deadlines: Deadlines): UseCase<OrderCollections, CancellationRequest, CancellationAnswer> {
  return {
    name: 'cancel order',
    keys: ({ orderId }) => ({ orders: [orderId] }),
    decide({ orderId, userId, isStaff, note, requireVersion }, world, { now, newId }) {
      const order = world.get('orders', orderId);
      const isOwn = order?.userId === userId;
      if (order === undefined || !(isOwn || isStaff)) return { answer: { kind: 'not-found' } };
      requireVersion?.(order.version);
      const reason = isOwn ? 'cancelled_by_customer' : 'cancelled_by_staff';
      const outcome = answerOrder(order, { type: 'cancel', reason }, { now, newId, deadlines });
      if (outcome.kind === 'refused') return { answer: { kind: 'not-cancellable', order } };
      // An erased order is not visited again to remove a note, so it takes none.
      const said = order.erasedAt === null ? note : undefined;
      const cause: HistoryCause = { name: 'cancellation', ...(said !== undefined && { note: said }) };
      const after = outcome.kind === 'moved' ? outcome.order : order;
      return { answer: { kind: 'cancelled', order: after }, ...recordOutcome(order, outcome, cause) };
    },
  };
}

/** Gives up an order that has timed out. Its deadline is checked again, because it may have moved on since it was found. */
export function passDeadline(deadlines: Deadlines): UseCase<OrderCollections, string, void> {
  return {
    name: 'pass deadline',
    keys: (orderId) => ({ orders: [orderId] }),
    decide(orderId, world, { now, newId }) {
      const order = world.get('orders', orderId);
      if (order === undefined || order.deadlineAt === null || order.deadlineAt > now) return { answer: undefined };
      const outcome = answerOrder(order, { type: 'deadline' }, { now, newId, deadlines });
      return { answer: undefined, ...recordOutcome(order, outcome, { name: 'deadline' }) };
    },
  };
}

interface ShipmentCommand {
  readonly orderId: string;
  readonly shipmentId: string;
  readonly report: ShipmentReport;
  /** Throws when the caller has named a version (If-Match) and the order has another one. */
  readonly requireVersion?: (version: number) => void;
}

export type ShipmentAnswer =
  | { readonly kind: 'done'; readonly order: Order }
  | { readonly kind: 'not-shippable'; readonly because: ShippingRefusal }
  | { readonly kind: 'not-found' };

/** Records that a parcel was sent or delivered; a repeated report is answered with the order unchanged. */
export const moveShipment: UseCase<OrderCollections, ShipmentCommand, ShipmentAnswer> = {
  name: 'move shipment',
  keys: ({ orderId }) => ({ orders: [orderId] }),
  decide({ orderId, shipmentId, report, requireVersion }, world, { now }) {
    const order = world.get('orders', orderId);
    const outcome = order === undefined ? undefined : answerShipment(order, shipmentId, report, now);
    if (order === undefined || outcome === undefined) return { answer: { kind: 'not-found' } };
    if (outcome.kind !== 'not-found') requireVersion?.(order.version);
    switch (outcome.kind) {
      case 'moved': {
        const { order: after, event } = outcome;
        const context: HistoryContext = { cause: { name: report.type } };
        const events = [{ ...event, ...placeInHistory(after), context }];
        return { answer: { kind: 'done', order: after }, puts: changed(order, after), events };
      }
      case 'ignored':
        return { answer: { kind: 'done', order } };
      case 'refused':
        return { answer: { kind: 'not-shippable', because: outcome.because } };
      case 'not-found':
        return { answer: outcome };
      default:
        return outcome satisfies never;
    }
  },
};

/** A decision that nobody waits for. */
export type Recorded = Omit<Decision<OrderCollections, void>, 'answer'>;

/** The changes that an outcome makes: the order, and one history entry that says from where, to where and why. */
export function recordOutcome(before: Order, outcome: Outcome, cause: HistoryCause): Recorded {
  switch (outcome.kind) {
    case 'moved': {
      const { order, event } = outcome;
      const context: HistoryContext = { from: before.status, to: order.status, ...because(order.reason), cause };
      return { puts: changed(before, order), events: [{ ...event, ...placeInHistory(order), context }] };
    }
    case 'recorded': {
      const { order, because: reason } = outcome;
      return {
        puts: changed(before, order),
        events: [{ note: 'recorded', ...placeInHistory(order), context: { reason, cause } }],
      };
    }
    case 'anomaly':
      return { anomaly: outcome.because };
    case 'ignored':
    case 'refused':
      return {};
    default:
      return outcome satisfies never;
  }
}

/** The order; when its delivery has just ended and its customer is deleted, also a mark that it can be erased. */
export function changed(before: Order, after: Order): Entities<OrderCollections> {
  const isOver = before.leftAt !== null && awaitsDelivery(before) && !awaitsDelivery(after);
  return { orders: [after], ...(isOver && { ordersToErase: [{ orderId: after.id }] }) };
}

/** An order's history is the stream of its own id; its messages have that id as their key. */
export function placeInHistory({ id, version }: Order) {
  return { key: id, stream: id, version };
}

function because(reason: Order['reason']): { reason?: string } {
  return reason === null ? {} : { reason };
}
