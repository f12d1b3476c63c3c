import type { CancelReason, OrderStatus } from '@souk/contracts/saga';

/** Messages from other services about an order. */
export const SAGA_MESSAGES = [
  'inventory.reserved',
  'inventory.failed',
  'inventory.released',
  'payment.completed',
  'payment.failed',
  'payment.refunded',
] as const;
export type SagaMessageType = (typeof SAGA_MESSAGES)[number];

/** Everything that can advance an order. */
export type TriggerType = SagaMessageType | 'user.deleted' | 'cancel' | 'deadline';

export type Transition =
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

export type Step =
  | Transition
  /** A duplicate or late message: nothing happens and nothing is stored. */
  | { readonly kind: 'ignore' }
  /** The fact is stored in the order and in its history; the state stays, nothing is sent. */
  | { readonly kind: 'record'; readonly because: string }
  /** Cannot happen if every service works correctly: the message becomes a dead letter. */
  | { readonly kind: 'anomaly' }
  /** The caller's request is refused. */
  | { readonly kind: 'refuse' };

const awaitPayment: Transition = { kind: 'transition', to: 'awaiting_payment', emits: 'order.ready_for_payment' };
const complete: Transition = { kind: 'transition', to: 'completed', emits: 'order.completed' };
const reject: Transition = { kind: 'transition', to: 'rejected', emits: 'order.rejected' };
const cancellation = { kind: 'transition', to: 'cancelled', emits: 'order.cancelled' } as const;
const cancelled = (reason: Cancellation['reason']): Transition => ({ ...cancellation, reason });
const cancelUnlessShipped: Transition = { ...cancellation, reason: 'as_asked', unlessShipped: true };
const record = (because: string): Step => ({ kind: 'record', because });
const ignore: Step = { kind: 'ignore' };
const anomaly: Step = { kind: 'anomaly' };
const refuse: Step = { kind: 'refuse' };

/** The saga as Order runs it: for every state, the step for every trigger. */
export const SAGA: { readonly [S in OrderStatus]: { readonly [T in TriggerType]: Step } } = {
  placed: {
    'inventory.reserved': awaitPayment,
    'inventory.failed': reject,
    'inventory.released': anomaly,
    'payment.completed': anomaly,
    'payment.failed': anomaly,
    'payment.refunded': anomaly,
    'user.deleted': cancelled('cancelled_by_customer'),
    cancel: cancelled('as_asked'),
    deadline: cancelled('inventory_timeout'),
  },
  awaiting_payment: {
    'inventory.reserved': ignore,
    'inventory.failed': anomaly,
    'inventory.released': anomaly,
    'payment.completed': complete,
    'payment.failed': cancelled('payment_declined'),
    'payment.refunded': record('refunded before the payment itself was heard of'),
    'user.deleted': cancelled('cancelled_by_customer'),
    cancel: cancelled('as_asked'),
    deadline: cancelled('payment_expired'),
  },
  completed: {
    'inventory.reserved': ignore,
    'inventory.failed': anomaly,
    'inventory.released': anomaly,
    'payment.completed': ignore,
    'payment.failed': anomaly,
    'payment.refunded': record('refunded by staff; the order stays'),
    'user.deleted': record('its customer has left; kept is what its delivery needs, until then'),
    cancel: cancelUnlessShipped,
    deadline: ignore,
  },
  rejected: {
    'inventory.reserved': anomaly,
    'inventory.failed': ignore,
    'inventory.released': anomaly,
    'payment.completed': anomaly,
    'payment.failed': anomaly,
    'payment.refunded': anomaly,
    'user.deleted': ignore,
    cancel: refuse,
    deadline: ignore,
  },
  cancelled: {
    'inventory.reserved': record('cancelled already; Inventory releases by itself'),
    'inventory.failed': record('cancelled already'),
    'inventory.released': record('the stock is back'),
    'payment.completed': record('cancelled already; Payment refunds by itself'),
    'payment.failed': record('cancelled already'),
    'payment.refunded': record('the money is back'),
    'user.deleted': ignore,
    cancel: ignore,
    deadline: ignore,
  },
};
