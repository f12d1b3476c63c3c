import type { Money } from '@souk/contracts/money';
import { backOffMs, CALL_LEASE_MS, type CheckDue, type GatewayMessage, type GatewayTask, LOST_AFTER_MS } from './gateway-call.ts';
import { anomaly, changed, type HistoryEntry, ignore, ignored, type Outcome, type Surroundings, type Table } from './outcome.ts';
import { type CapturedPayment, type FailedPayment, keptCause, type Payment, type PaymentFacts, type PendingPayment, type VoidedPayment } from './payment.ts';
import type { PaymentMethod } from './payment-method.ts';
import { giveBack } from './refund-saga.ts';

/** All messages that a payment reacts to. */
export type PaymentMessage =
  | {
      readonly on: 'order.ready_for_payment';
      readonly orderId: string;
      readonly userId: string;
      readonly amount: Money;
      /** found by its id alone: it may belong to another user */
      readonly method: PaymentMethod | undefined;
      /** true: the gateway moves money */
      readonly live: boolean;
    }
  | { readonly on: 'order.cancelled'; readonly orderId: string; readonly userId: string }
  | GatewayMessage
  | CheckDue;

type State = Payment['status'] | 'none';
type PaymentIn<S extends State> = S extends 'none' ? undefined : Extract<Payment, { status: S }>;
type On = PaymentMessage['on'];
type Message<M extends On> = Extract<PaymentMessage, { on: M }>;

/** A message that comes in a state. */
interface Case<P, M> extends Surroundings {
  readonly payment: P;
  readonly message: M;
}

type Cases = { readonly [S in State]: { readonly [M in On]: Case<PaymentIn<S>, Message<M>> } };

const settled = ignore('the charge is settled');
const noMoney = ignore('no money was taken');
const unknownPayment = anomaly('the message is about no known payment');

/** The step for every (state, message) pair of a payment; the type rejects a table with a gap, and a step in the wrong place. */
export const PAYMENT_SAGA: Table<Cases, typeof DECISIONS> = {
  none: {
    'order.ready_for_payment': { kind: 'begin' },
    'order.cancelled': { kind: 'tombstone' },
    'gateway.succeeded': unknownPayment,
    'gateway.declined': unknownPayment,
    'gateway.unknown': unknownPayment,
    'gateway.not_received': unknownPayment,
    'check.due': unknownPayment,
  },
  pending: {
    'order.ready_for_payment': ignore('the charge is under way'),
    'order.cancelled': { kind: 'remember-cancellation' },
    'gateway.succeeded': { kind: 'capture' },
    'gateway.declined': { kind: 'fail' },
    'gateway.unknown': { kind: 'ask-later' },
    'gateway.not_received': { kind: 'send-again-or-void' },
    'check.due': { kind: 'ask' },
  },
  captured: {
    'order.ready_for_payment': settled,
    'order.cancelled': { kind: 'refund-rest' },
    'gateway.succeeded': settled,
    'gateway.declined': anomaly('the gateway declines a charge that it has captured'),
    'gateway.unknown': settled,
    'gateway.not_received': settled,
    'check.due': settled,
  },
  failed: {
    'order.ready_for_payment': settled,
    'order.cancelled': noMoney,
    'gateway.succeeded': { kind: 'capture-late' },
    'gateway.declined': settled,
    'gateway.unknown': settled,
    'gateway.not_received': settled,
    'check.due': settled,
  },
  voided: {
    'order.ready_for_payment': ignore('the order is cancelled'),
    'order.cancelled': noMoney,
    'gateway.succeeded': { kind: 'capture-late' },
    'gateway.declined': noMoney,
    'gateway.unknown': noMoney,
    'gateway.not_received': noMoney,
    'check.due': noMoney,
  },
};

/** The answer of the table to a message. */
export function answerPayment(payment: Payment | undefined, message: PaymentMessage, { now, newId, cause }: Surroundings): Outcome {
  const given = { payment, message, now, newId, cause };
  const step = PAYMENT_SAGA[payment?.status ?? 'none'][message.on];
  switch (step.kind) {
    case 'ignore':
      return ignored(step.because);
    case 'anomaly':
      return { kind: 'anomaly', because: step.because };
    default:
      // The row was chosen by the state and the column by the message, which the compiler cannot follow.
      return (DECISIONS[step.kind] as (all: typeof given) => Outcome)(given);
  }
}

const DECISIONS = {
  begin,
  tombstone,
  'remember-cancellation': rememberCancellation,
  'refund-rest': refundRest,
  ask,
  'ask-later': askLater,
  'send-again-or-void': sendAgainOrVoid,
  capture,
  'capture-late': captureLate,
  fail,
};

/** A payment method pays only for its owner's orders; another user's method is treated as missing. */
function begin(given: Case<undefined, Message<'order.ready_for_payment'>>): Outcome {
  const { message: { orderId, userId, amount, method, live }, now } = given;
  const kept = { cause: keptCause(given.cause), cancelledBy: null };
  const facts = { id: given.newId(), orderId, userId, amount, live, orderCancelled: false, ...kept, version: 0, createdAt: now, updatedAt: now };
  if (method?.userId !== userId) {
    const failureReason = 'payment_method_not_found';
    const data = { orderId, paymentId: facts.id, reason: failureReason };
    return changed({ ...facts, status: 'failed', failureReason }, { history: [{ type: 'payment.failed', data }] });
  }
  if (amount.amount === 0) return captureNothing(facts, given);
  const { token } = method;
  const payment: PendingPayment = { ...facts, status: 'pending', token, sentAt: now, attempts: 0, nextCheckAt: now + CALL_LEASE_MS };
  return changed(payment, { tasks: [chargeTask(payment)] });
}

/** The cancellation overtook the request: the row stays as a tombstone, so that this order is never charged. */
function tombstone({ message: { orderId, userId }, now, newId, cause }: Case<undefined, Message<'order.cancelled'>>): Outcome {
  const kept = { cause: keptCause(cause), cancelledBy: null };
  const facts = { id: newId(), orderId, userId, live: false, orderCancelled: true, ...kept, version: 0, createdAt: now, updatedAt: now };
  return changed(
    { ...facts, status: 'voided', amount: null },
    { history: [{ note: 'payment.voided', context: { from: 'none' } }] },
  );
}

/** The charge may have been sent: its result decides. The customer is waiting, so the back-off starts again at its shortest interval. */
function rememberCancellation({ payment, now, cause }: Case<PendingPayment, Message<'order.cancelled'>>): Outcome {
  if (payment.orderCancelled) return ignored('the cancellation is known');
  const nextCheckAt = Math.min(payment.nextCheckAt, now + CALL_LEASE_MS);
  return changed({ ...payment, orderCancelled: true, cancelledBy: keptCause(cause), attempts: 0, nextCheckAt });
}

function refundRest(given: Case<CapturedPayment, Message<'order.cancelled'>>): Outcome {
  const { payment, cause } = given;
  if (payment.orderCancelled) return ignored('the cancellation is known');
  return giveBack({ ...payment, orderCancelled: true, cancelledBy: keptCause(cause) }, [], given);
}

function ask({ payment, now }: Case<PendingPayment, Message<'check.due'>>): Outcome {
  if (payment.nextCheckAt > now) return ignored('a check is under way already');
  const { orderId, id: paymentId } = payment;
  return changed({ ...payment, nextCheckAt: now + CALL_LEASE_MS }, { tasks: [{ kind: 'ask-charge', orderId, paymentId }] });
}

function askLater({ payment, now }: Case<PendingPayment, Message<'gateway.unknown'>>): Outcome {
  const { attempts } = payment;
  return changed({ ...payment, attempts: attempts + 1, nextCheckAt: now + backOffMs(attempts) });
}

/**
 * The gateway never received our key. The charge is sent again under the same key: if the first request still arrives, the
 * gateway treats both as one. If the order is cancelled, nothing is sent any more, and the payment is voided once a request
 * still on its way can be ruled out.
 */
function sendAgainOrVoid(given: Case<PendingPayment, Message<'gateway.not_received'>>): Outcome {
  const { payment, now } = given;
  // An earlier version sent amounts of 0 to the gateway too.
  if (payment.amount.amount === 0) return captureNothing(payment, given);
  if (!payment.orderCancelled) {
    const sent = { ...payment, sentAt: now, nextCheckAt: now + CALL_LEASE_MS };
    return changed(sent, { tasks: [chargeTask(sent)] });
  }
  const lostAt = payment.sentAt + LOST_AFTER_MS;
  if (now < lostAt) {
    const { attempts } = payment;
    return changed({ ...payment, attempts: attempts + 1, nextCheckAt: Math.min(now + backOffMs(attempts), lostAt) });
  }
  return changed(
    { ...factsOf(payment, given), amount: payment.amount, status: 'voided' },
    { history: [{ note: 'payment.voided', context: { from: 'pending' } }] },
  );
}

function capture(given: Case<PendingPayment, Message<'gateway.succeeded'>>): Outcome {
  const { payment, message } = given;
  const captured = capturedFrom(payment, payment.amount, message.reference, given);
  const history = [completed(captured, given, gatewayMs(given))];
  return payment.orderCancelled ? giveBack(captured, history, given) : changed(captured, { history });
}

/** An amount of 0 counts as captured. The gateway takes no such charge and is not asked. */
function captureNothing(payment: PaymentFacts & { readonly amount: Money }, surroundings: Surroundings): Outcome {
  const captured = capturedFrom(payment, payment.amount, null, surroundings);
  return changed(captured, { history: [completed(captured, surroundings)] });
}

/**
 * Money was taken after all for an order that will not be delivered: it is refunded at once. `payment.completed` never
 * follows `payment.failed`, because the order could receive the second one first and be completed by it.
 */
function captureLate(given: Case<FailedPayment | VoidedPayment, Message<'gateway.succeeded'>>): Outcome {
  const { payment, message: { reference } } = given;
  if (payment.amount === null) return { kind: 'anomaly', because: 'the gateway captured a payment that was never asked for' };
  const captured = { ...capturedFrom(payment, payment.amount, reference, given), orderCancelled: true };
  const late = { note: 'payment.captured_late', context: { from: payment.status, amount: payment.amount } } as const;
  return giveBack(captured, [payment.status === 'failed' ? late : completed(captured, given)], given);
}

function fail(given: Case<PendingPayment, Message<'gateway.declined'>>): Outcome {
  const { payment, message: { reason } } = given;
  const { id: paymentId, orderId, amount } = payment;
  const data = { orderId, paymentId, reason, gatewayMs: gatewayMs(given) };
  return changed(
    { ...factsOf(payment, given), amount, status: 'failed', failureReason: reason },
    { history: [{ type: 'payment.failed', data }] },
  );
}

function chargeTask({ orderId, id, amount, token }: PendingPayment): GatewayTask {
  return { kind: 'charge', orderId, paymentId: id, amount, token };
}

/** Milliseconds spent waiting for the gateway. A charge that was left open has waited for nothing else, so all time since its request counts. */
function gatewayMs({ payment: { attempts, createdAt }, message: { tookMs }, now }: Case<PendingPayment, Message<'gateway.succeeded' | 'gateway.declined'>>): number {
  return Math.max(0, Math.round(attempts === 0 && tookMs !== undefined ? tookMs : now - createdAt));
}

/** The fields that a payment keeps once its charge has ended. */
function factsOf(payment: PaymentFacts, { now }: Surroundings): PaymentFacts {
  const { id, orderId, userId, live, orderCancelled, cause, cancelledBy, version, createdAt } = payment;
  return { id, orderId, userId, live, orderCancelled, cause, cancelledBy, version, createdAt, updatedAt: now };
}

function capturedFrom(payment: PaymentFacts, amount: Money, gatewayReference: string | null, surroundings: Surroundings): CapturedPayment {
  const facts = { ...factsOf(payment, surroundings), amount };
  return { ...facts, status: 'captured', gatewayReference, refunded: 0, refunding: 0 };
}

function completed({ id, orderId, amount }: CapturedPayment, { now }: Surroundings, waitedMs?: number): HistoryEntry {
  const data = { orderId, paymentId: id, amount, capturedAt: new Date(now).toISOString(), ...(waitedMs !== undefined && { gatewayMs: waitedMs }) };
  return { type: 'payment.completed', data };
}
