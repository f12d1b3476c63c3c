import type { Money } from '@souk/contracts/money';
import { backOffMs, CALL_LEASE_MS, CAPTURE_LIMIT_MS, CHARGE_NOT_CAPTURED, type CheckDue, type GatewayMessage, type GatewayTask } from './gateway-call.ts';
import { anomaly, type Changed, changed, type HistoryEntry, ignore, ignored, type Outcome, type Surroundings, type Table } from './outcome.ts';
import { type CapturedPayment, type Cause, type FailedRefund, keptCause, leftOf, type Payment, type PendingRefund, type Refund, type SucceededRefund } from './payment.ts';

type State = Refund['status'];
type RefundMessage = GatewayMessage | CheckDue;
type On = RefundMessage['on'];
type Message<M extends On> = Extract<RefundMessage, { on: M }>;

/** A message that comes in a state. */
interface Case<R, M> extends Surroundings {
  readonly refund: R;
  readonly message: M;
  readonly payment: CapturedPayment;
}

type Cases = { readonly [S in State]: { readonly [M in On]: Case<Extract<Refund, { status: S }>, Message<M>> } };

const settled = ignore('the refund is settled');

/** The step for every (state, message) pair of a refund; the type rejects a table with a gap, and a step in the wrong place. */
export const REFUND_SAGA: Table<Cases, typeof DECISIONS> = {
  pending: {
    'gateway.succeeded': { kind: 'succeed' },
    'gateway.declined': { kind: 'fail-unless-too-early' },
    'gateway.unknown': { kind: 'ask-later' },
    'gateway.not_received': { kind: 'send-again' },
    'check.due': { kind: 'ask' },
  },
  succeeded: {
    'gateway.succeeded': settled,
    'gateway.declined': anomaly('the gateway declines a refund that it has made'),
    'gateway.unknown': settled,
    'gateway.not_received': settled,
    'check.due': settled,
  },
  failed: {
    'gateway.succeeded': anomaly('the gateway made a refund that it had declined'),
    'gateway.declined': settled,
    'gateway.unknown': settled,
    'gateway.not_received': settled,
    'check.due': settled,
  },
};

/** The answer of the table to a message about a refund of this payment. */
export function answerRefund(refund: Refund, message: RefundMessage, payment: CapturedPayment, { now, newId, cause }: Surroundings): Outcome {
  const given = { refund, message, payment, now, newId, cause };
  const step = REFUND_SAGA[refund.status][message.on];
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
  succeed,
  'fail-unless-too-early': failUnlessTooEarly,
  ask,
  'ask-later': askLater,
  'send-again': sendAgain,
};

function succeed({ refund, message: { reference }, payment, now }: Case<PendingRefund, Message<'gateway.succeeded'>>): Outcome {
  const { attempts: _, nextCheckAt: __, ...facts } = refund;
  const done: SucceededRefund = { ...facts, status: 'succeeded', gatewayReference: reference, updatedAt: now };
  const { amount, currency } = refund.amount;
  const refunded = payment.refunded + amount;
  const data = {
    orderId: payment.orderId,
    paymentId: payment.id,
    refundId: refund.id,
    amount: refund.amount,
    refundedTotal: { amount: refunded, currency },
  };
  const after = { ...payment, refunded, refunding: payment.refunding - amount, updatedAt: now };
  return changed(after, { refunds: [done], history: [{ type: 'payment.refunded', data }] });
}

/** `CHARGE_NOT_CAPTURED` is temporary: the gateway contradicts its own capture, or not all of it knows of the capture yet. */
function failUnlessTooEarly(given: Case<PendingRefund, Message<'gateway.declined'>>): Outcome {
  const isTooEarly = given.message.reason === CHARGE_NOT_CAPTURED && given.now < given.refund.createdAt + CAPTURE_LIMIT_MS;
  return isTooEarly ? askLater(given) : fail(given);
}

/**
 * Frees the reserved amount. If the order is cancelled, the money still has to go back: a refund of ours follows a declined
 * one of the staff. A declined refund of ours waits for a person: repeating it cannot help.
 */
function fail(given: Case<PendingRefund, Message<'gateway.declined'>>): Outcome {
  const { refund, message: { reason }, payment, now } = given;
  const { attempts: _, nextCheckAt: __, ...facts } = refund;
  const failed: FailedRefund = { ...facts, status: 'failed', failureReason: reason, updatedAt: now };
  const history = [{ note: 'refund.failed', context: { refundId: refund.id, amount: refund.amount, reason } }] as const;
  const after = { ...payment, refunding: payment.refunding - refund.amount.amount, updatedAt: now };
  if (!payment.orderCancelled || refund.requestedBy === null) return changed(after, { refunds: [failed], history });
  const followed = giveBack(after, history, given);
  return { ...followed, refunds: [failed, ...followed.refunds] };
}

function ask({ refund, payment, now }: Case<PendingRefund, Message<'check.due'>>): Outcome {
  if (refund.nextCheckAt > now) return ignored('a check is under way already');
  const { orderId, id: refundId } = refund;
  const asked = { ...refund, nextCheckAt: now + CALL_LEASE_MS };
  return changed(payment, { refunds: [asked], tasks: [{ kind: 'ask-refund', orderId, refundId }] });
}

function askLater({ refund, payment, now }: Case<PendingRefund, RefundMessage>): Outcome {
  const { attempts } = refund;
  return changed(payment, { refunds: [{ ...refund, attempts: attempts + 1, nextCheckAt: now + backOffMs(attempts) }] });
}

/** The gateway never received our key: the refund is sent again under the same one. */
function sendAgain({ refund, payment, now }: Case<PendingRefund, Message<'gateway.not_received'>>): Outcome {
  const sent = { ...refund, nextCheckAt: now + CALL_LEASE_MS };
  return changed(payment, { refunds: [sent], tasks: [refundTask(payment, sent)] });
}

interface RefundRequest {
  readonly amount: Money;
  readonly reason: string;
  readonly requestedBy: string;
  /** Limit in minor units on all refunds of the payment, this one included: many small refunds are a large one. */
  readonly most?: number;
}

export type RefundDecision =
  | { readonly kind: 'accepted'; readonly change: Changed; readonly refund: PendingRefund }
  | { readonly kind: 'wrong-currency'; readonly currency: string }
  /** `left`: the amount that can still be refunded, in minor units */
  | { readonly kind: 'exceeds'; readonly left: Money }
  | { readonly kind: 'above-most' };

/** Accepts a refund only of money that was captured and is neither refunded nor reserved for a refund. */
export function requestRefund(payment: Payment, request: RefundRequest, surroundings: Surroundings): RefundDecision {
  const { amount, reason, requestedBy, most = Infinity } = request;
  const currency = payment.amount?.currency ?? amount.currency;
  if (amount.currency !== currency) return { kind: 'wrong-currency', currency };
  if (payment.status !== 'captured') return { kind: 'exceeds', left: { amount: 0, currency } };
  const left = leftOf(payment);
  if (amount.amount > left) return { kind: 'exceeds', left: { amount: left, currency } };
  if (payment.refunded + payment.refunding + amount.amount > most) return { kind: 'above-most' };
  const note = { note: 'refund.requested', context: { amount, requestedBy } } as const;
  const change = openRefund(payment, { amount, reason, requestedBy, cause: keptCause(surroundings.cause) }, [note], surroundings);
  return { kind: 'accepted', change, refund: change.refunds[0] };
}

/** Refunds what is left of a cancelled order's payment; pending refunds count as refunded. */
export function giveBack(payment: CapturedPayment, history: readonly HistoryEntry[], surroundings: Surroundings): Changed {
  const left = leftOf(payment);
  if (left === 0) return changed(payment, { history });
  const amount = { amount: left, currency: payment.amount.currency };
  const cause = payment.cancelledBy ?? payment.cause;
  return openRefund(payment, { amount, reason: 'order_cancelled', requestedBy: null, cause }, history, surroundings);
}

interface RefundWish {
  readonly amount: Money;
  readonly reason: string;
  readonly requestedBy: string | null;
  readonly cause: Cause;
}

/** Reserves the amount and creates the task that sends the refund. The caller has checked that this much is left. */
function openRefund(
  payment: CapturedPayment,
  { amount, reason, requestedBy, cause }: RefundWish,
  history: readonly HistoryEntry[],
  { now, newId }: Surroundings,
): Changed & { readonly refunds: readonly [PendingRefund] } {
  const { id: paymentId, orderId } = payment;
  const facts = { id: newId(), paymentId, orderId, amount, reason, requestedBy, cause, createdAt: now, updatedAt: now };
  const refund: PendingRefund = { ...facts, status: 'pending', attempts: 0, nextCheckAt: now + CALL_LEASE_MS };
  const reserved = { ...payment, refunding: payment.refunding + amount.amount, updatedAt: now };
  return { ...changed(reserved, { history, tasks: [refundTask(payment, refund)] }), refunds: [refund] };
}

function refundTask({ gatewayReference: chargeReference }: CapturedPayment, { id, orderId, amount }: PendingRefund): GatewayTask {
  if (chargeReference === null) throw new Error(`refund ${id} belongs to a payment that took no money`);
  return { kind: 'refund', orderId, refundId: id, amount, chargeReference };
}
