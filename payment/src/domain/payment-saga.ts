import { begin, tombstone } from './begin-payment.ts';
import { ask, askLater, sendAgainOrVoid } from './charge-left-open.ts';
import { capture, captureLate, fail } from './charge-settled.ts';
import { refundRest, rememberCancellation } from './order-cancelled.ts';
import { anomaly, ignored, type Outcome, type Surroundings } from './outcome.ts';
import type { Payment } from './payment.ts';
import type { PaymentMessage } from './payment-message.ts';

type State = Payment['status'] | 'none';
type On = PaymentMessage['on'];
type StateOf<S extends State> = S extends 'none' ? undefined : Extract<Payment, { status: S }>;
type Step<S extends State, M extends On> = (
  payment: StateOf<S>,
  message: Extract<PaymentMessage, { on: M }>,
  surroundings: Surroundings,
) => Outcome;

const settled = ignored('the charge is settled');
const noMoney = ignored('no money was taken');
const unknownPayment = anomaly('there is no payment that this could be about');

/** The answer to every (state, message) pair of a payment; the type rejects a table with a gap. */
export const PAYMENT_SAGA: { readonly [S in State]: { readonly [M in On]: Step<S, M> } } = {
  none: {
    'order.ready_for_payment': begin,
    'order.cancelled': tombstone,
    'gateway.succeeded': unknownPayment,
    'gateway.declined': unknownPayment,
    'gateway.unknown': unknownPayment,
    'gateway.not_received': unknownPayment,
    'check.due': unknownPayment,
  },
  pending: {
    'order.ready_for_payment': ignored('the charge is under way'),
    'order.cancelled': rememberCancellation,
    'gateway.succeeded': capture,
    'gateway.declined': fail,
    'gateway.unknown': askLater,
    'gateway.not_received': sendAgainOrVoid,
    'check.due': ask,
  },
  captured: {
    'order.ready_for_payment': settled,
    'order.cancelled': refundRest,
    'gateway.succeeded': settled,
    'gateway.declined': anomaly('the gateway declines what it has captured'),
    'gateway.unknown': settled,
    'gateway.not_received': settled,
    'check.due': settled,
  },
  failed: {
    'order.ready_for_payment': settled,
    'order.cancelled': noMoney,
    'gateway.succeeded': captureLate,
    'gateway.declined': settled,
    'gateway.unknown': settled,
    'gateway.not_received': settled,
    'check.due': settled,
  },
  voided: {
    'order.ready_for_payment': ignored('the order is cancelled'),
    'order.cancelled': noMoney,
    'gateway.succeeded': captureLate,
    'gateway.declined': noMoney,
    'gateway.unknown': noMoney,
    'gateway.not_received': noMoney,
    'check.due': noMoney,
  },
};

export function answerPayment(
  payment: Payment | undefined,
  message: PaymentMessage,
  surroundings: Surroundings,
): Outcome {
  const steps: { readonly [M in On]: unknown } = PAYMENT_SAGA[payment?.status ?? 'none'];
  // The row was chosen by the state and the column by the message, which the compiler cannot follow.
  const step = steps[message.on] as (p: Payment | undefined, m: PaymentMessage, s: Surroundings) => Outcome;
  return step(payment, message, surroundings);
}
