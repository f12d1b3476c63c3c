import { anomaly, ignored, type Outcome, type Surroundings } from './outcome.ts';
import type { CapturedPayment } from './payment.ts';
import type { CheckDue, GatewayMessage } from './payment-message.ts';
import type { Refund } from './refund.ts';
import { ask, askLater, failUnlessTooEarly, sendAgain, succeed } from './refund-steps.ts';

type State = Refund['status'];
type RefundMessage = GatewayMessage | CheckDue;
type On = RefundMessage['on'];
type Step<S extends State, M extends On> = (
  refund: Extract<Refund, { status: S }>,
  message: Extract<RefundMessage, { on: M }>,
  payment: CapturedPayment,
  surroundings: Surroundings,
) => Outcome;

const settled = ignored('the refund is settled');

/** The answer to every (state, message) pair of a refund; the type rejects a table with a gap. */
export const REFUND_SAGA: { readonly [S in State]: { readonly [M in On]: Step<S, M> } } = {
  pending: {
    'gateway.succeeded': succeed,
    'gateway.declined': failUnlessTooEarly,
    'gateway.unknown': askLater,
    'gateway.not_received': sendAgain,
    'check.due': ask,
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

export function answerRefund(
  refund: Refund,
  message: RefundMessage,
  payment: CapturedPayment,
  surroundings: Surroundings,
): Outcome {
  const steps: { readonly [M in On]: unknown } = REFUND_SAGA[refund.status];
  // The row was chosen by the state and the column by the message, which the compiler cannot follow.
  const step = steps[message.on] as (r: Refund, m: RefundMessage, p: CapturedPayment, s: Surroundings) => Outcome;
  return step(refund, message, payment, surroundings);
}
