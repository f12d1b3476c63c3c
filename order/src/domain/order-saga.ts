import { equals } from '@souk/contracts/money';
import type { Allocation, CancelReason, OrderPaymentStatus, OrderReason, OrderStatus } from '@souk/contracts/saga';
import type { EventData } from '@souk/contracts/topics';
import { countsUntil } from './customer-limits.ts';
import { awaitsDelivery, hasShipped, type Order, type OrderEvent, orderEvent, type Surroundings } from './order.ts';
import { openShipments } from './shipments.ts';

type State = OrderStatus;
export type On = OrderMessage['type'];

const known = ignore('the order knows it already');
const ended = ignore('the order has ended');
const anomaly: Step = { kind: 'anomaly' };

/** The step for every (state, message) pair of an order; the type rejects a table with a gap. */
export const ORDER_SAGA: { readonly [S in State]: { readonly [M in On]: Step } } = {
  placed: {
    'inventory.reserved': { kind: 'transition', to: 'awaiting_payment', emits: 'order.ready_for_payment' },
    'inventory.failed': { kind: 'transition', to: 'rejected', emits: 'order.rejected' },
    'inventory.released': anomaly,
    'payment.completed': anomaly,
    'payment.failed': anomaly,
    'payment.refunded': anomaly,
    'user.deleted': cancel('cancelled_by_customer'),
    cancel: cancel('as_asked'),
    deadline: cancel('inventory_timeout'),
  },
  awaiting_payment: {
    'inventory.reserved': known,
    'inventory.failed': anomaly,
    'inventory.released': anomaly,
    'payment.completed': { kind: 'transition', to: 'completed', emits: 'order.completed' },
    'payment.failed': cancel('payment_declined'),
    'payment.refunded': record('refunded before the payment itself was reported'),
    'user.deleted': cancel('cancelled_by_customer'),
    cancel: cancel('as_asked'),
    deadline: cancel('payment_expired'),
  },
  completed: {
    'inventory.reserved': known,
    'inventory.failed': anomaly,
    'inventory.released': anomaly,
    'payment.completed': known,
    'payment.failed': anomaly,
    'payment.refunded': record('refunded by staff; the order stays'),
    'user.deleted': record('its customer was deleted; its address is kept until the delivery'),
    cancel: { ...cancel('as_asked'), unlessShipped: true },
    deadline: ended,
  },
  rejected: {
    'inventory.reserved': anomaly,
    'inventory.failed': known,
    'inventory.released': anomaly,
    'payment.completed': anomaly,
    'payment.failed': anomaly,
    'payment.refunded': anomaly,
    'user.deleted': ended,
    cancel: { kind: 'refuse', because: 'it was rejected, so there is nothing left to cancel' },
    deadline: ended,
  },
  cancelled: {
    'inventory.reserved': record('cancelled already; Inventory releases by itself'),
    'inventory.failed': record('cancelled already'),
    'inventory.released': record('the stock is back'),
    'payment.completed': record('cancelled already; Payment refunds by itself'),
    'payment.failed': record('cancelled already'),
    'payment.refunded': record('the money is back'),
    'user.deleted': ended,
    cancel: known,
    deadline: ended,
  },
};

export type Step =
  | Transition
  /** The fact is stored in the order and in its history; the state stays, nothing is sent. */
  | { readonly kind: 'record'; readonly because: string }
  /** A duplicate or late message: nothing happens and nothing is stored. */
  | { readonly kind: 'ignore'; readonly because: string }
  /** The caller's request is refused. */
  | { readonly kind: 'refuse'; readonly because: string }
  /** Cannot happen if every service works correctly: the message becomes a dead letter. */
  | { readonly kind: 'anomaly' };

type Transition =
  | { readonly kind: 'transition'; readonly to: 'awaiting_payment'; readonly emits: 'order.ready_for_payment' }
  | { readonly kind: 'transition'; readonly to: 'completed'; readonly emits: 'order.completed' }
  | { readonly kind: 'transition'; readonly to: 'rejected'; readonly emits: 'order.rejected' }
  | Cancellation;

interface Cancellation {
  readonly kind: 'transition';
  readonly to: 'cancelled';
  readonly emits: 'order.cancelled';
  /** `as_asked`: the request gives the reason. */
  readonly reason: CancelReason | 'as_asked';
  /** Refused once a part of the order has been sent. */
  readonly unlessShipped?: true;
}

/** Everything that can happen to an order. */
export type OrderMessage = Fact | { readonly type: 'cancel'; readonly reason: 'cancelled_by_customer' | 'cancelled_by_staff' } | { readonly type: 'deadline' };

/** Facts reach an order as messages. `at`: time of the decision about a deleted customer's order, epoch milliseconds. */
type Fact = SagaMessage | { readonly type: 'user.deleted'; readonly at: number };

/** A message from another service about an order. */
export type SagaMessage = { [T in SagaMessageType]: { readonly type: T; readonly data: EventData<T> } }[SagaMessageType];

export type SagaMessageType = (typeof SAGA_MESSAGES)[number];

export const SAGA_MESSAGES = [
  'inventory.reserved',
  'inventory.failed',
  'inventory.released',
  'payment.completed',
  'payment.failed',
  'payment.refunded',
] as const;

export type Outcome =
  | { readonly kind: 'moved'; readonly order: Order; readonly event: OrderEvent }
  | { readonly kind: 'recorded'; readonly order: Order; readonly because: string }
  | { readonly kind: 'ignored'; readonly because: string }
  | { readonly kind: 'refused'; readonly because: string }
  | { readonly kind: 'anomaly'; readonly because: string };

/** Decides on one message by the table. */
export function answerOrder(order: Order, message: OrderMessage, surroundings: Surroundings): Outcome {
  const fact = isFact(message) ? message : undefined;
  const wrong = fact && whyImpossible(order, fact);
  if (wrong !== undefined) return { kind: 'anomaly', because: `${message.type}: ${wrong}` };
  const step = ORDER_SAGA[order.status][message.type];
  switch (step.kind) {
    case 'transition':
      return moved(order, step, message, surroundings);
    case 'record':
      return fact === undefined || knows(order, fact)
        ? { kind: 'ignored', because: 'the order knows it already' }
        : { kind: 'recorded', order: next(informed(order, fact), surroundings), because: step.because };
    case 'ignore':
      return { kind: 'ignored', because: step.because };
    case 'refuse':
      return { kind: 'refused', because: step.because };
    case 'anomaly':
      return { kind: 'anomaly', because: `${message.type} cannot happen to an order that is ${order.status}` };
    default:
      return step satisfies never;
  }
}

function moved(order: Order, step: Transition, message: OrderMessage, surroundings: Surroundings): Outcome {
  if (step.to === 'cancelled' && step.unlessShipped === true && hasShipped(order)) return { kind: 'refused', because: 'a part of it is on its way' };
  const { now, newId, deadlines } = surroundings;
  const told = isFact(message) ? informed(order, message) : order;
  const reason = reasonOf(step, message);
  const after: Order = {
    ...next(told, surroundings),
    status: step.to,
    reason,
    paymentStatus: paymentStatusIn(step.to, told),
    shipments: step.to === 'completed' ? openShipments(told.allocations ?? [], newId) : [],
    deadlineAt: step.to === 'awaiting_payment' ? now + deadlines.awaiting_payment : null,
    countsUntil: countsUntil({ from: order.status, to: step.to, reason, placedAt: order.placedAt, now }),
  };
  return { kind: 'moved', order: after, event: orderEvent(step.emits, after) };
}

function next(order: Order, { now }: Surroundings): Order {
  return { ...order, version: order.version + 1, updatedAt: now };
}

function reasonOf(step: Transition, message: OrderMessage): OrderReason | null {
  if (step.to === 'rejected') return 'out_of_stock';
  if (step.to !== 'cancelled') return null;
  if (step.reason !== 'as_asked') return step.reason;
  if (message.type !== 'cancel') throw new Error(`${message.type} gives no reason for a cancellation`);
  return message.reason;
}

/**
 * Payment status in a new state. Nothing more is collected for a cancelled order; Payment reports what was collected before. With a total of 0
 * nothing will come back either: nothing is owed.
 */
function paymentStatusIn(status: State, { paymentStatus, total }: Order): OrderPaymentStatus {
  if (status === 'awaiting_payment') return 'pending';
  const isSettled = paymentStatus === 'pending' || (paymentStatus === 'paid' && total.amount === 0);
  return status === 'cancelled' && isSettled ? 'none' : paymentStatus;
}

/** The reason why a fact cannot be true of this order; undefined: it can. Goods and money must match to the piece and cent. */
function whyImpossible(order: Order, fact: Fact): string | undefined {
  switch (fact.type) {
    case 'inventory.reserved':
      return serves(order, fact.data.allocations) ? undefined : 'the allocations are not what was ordered';
    case 'payment.completed':
      return equals(fact.data.amount, order.total) ? undefined : 'the amount is not the total';
    case 'payment.refunded': {
      const { amount, currency } = fact.data.refundedTotal;
      const possible = currency === order.total.currency && amount <= order.total.amount;
      return possible ? undefined : 'more is refunded than was to be paid';
    }
    case 'inventory.failed':
    case 'inventory.released':
    case 'payment.failed':
    case 'user.deleted':
      return undefined;
    default:
      return fact satisfies never;
  }
}

function serves(order: Order, allocations: readonly Allocation[]): boolean {
  const open = new Map(order.items.map((line) => [line.sku, line.quantity]));
  for (const { sku, quantity } of allocations) open.set(sku, (open.get(sku) ?? 0) - quantity);
  return [...open.values()].every((left) => left === 0);
}

/**
 * True when the order already contains the fact. This makes a second copy of a message harmless without any list of message ids. Messages of
 * different topics come in any order: a refund implies its payment, a release its reservation.
 */
function knows(order: Order, fact: Fact): boolean {
  switch (fact.type) {
    case 'inventory.reserved':
      return order.allocations !== null;
    case 'inventory.failed':
      return order.shortages.length > 0;
    case 'inventory.released':
      return order.allocations?.length === 0;
    case 'payment.completed':
      return isPaid(order.paymentStatus) || (order.status === 'cancelled' && order.total.amount === 0);
    case 'payment.failed':
      return order.paymentStatus === 'failed';
    case 'payment.refunded':
      return fact.data.refundedTotal.amount <= order.refunded;
    case 'user.deleted':
      // An order with nothing left to deliver keeps no personal data.
      return order.leftAt !== null || !awaitsDelivery(order);
    default:
      return fact satisfies never;
  }
}

function isPaid(status: OrderPaymentStatus): boolean {
  return status === 'paid' || status === 'partially_refunded' || status === 'refunded';
}

/** The order with the fact; its state is not changed. */
function informed(order: Order, fact: Fact): Order {
  if (knows(order, fact)) return order;
  switch (fact.type) {
    case 'inventory.reserved':
      return { ...order, allocations: fact.data.allocations };
    case 'inventory.failed':
      return { ...order, shortages: fact.data.shortages };
    case 'inventory.released':
      return { ...order, allocations: [] };
    case 'payment.completed':
      return { ...order, paymentStatus: 'paid' };
    case 'payment.failed':
      return { ...order, paymentStatus: 'failed' };
    case 'payment.refunded':
      return withRefund(order, fact.data.refundedTotal.amount);
    case 'user.deleted':
      return { ...order, leftAt: fact.at };
    default:
      return fact satisfies never;
  }
}

function withRefund(order: Order, refunded: number): Order {
  return { ...order, refunded, paymentStatus: refunded < order.total.amount ? 'partially_refunded' : 'refunded' };
}

function isFact(message: OrderMessage): message is Fact {
  return message.type !== 'cancel' && message.type !== 'deadline';
}

function cancel(reason: Cancellation['reason']): Cancellation {
  return { kind: 'transition', to: 'cancelled', emits: 'order.cancelled', reason };
}

function record(because: string): Step {
  return { kind: 'record', because };
}

function ignore(because: string): Step {
  return { kind: 'ignore', because };
}
