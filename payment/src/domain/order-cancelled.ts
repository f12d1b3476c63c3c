import { keptCause } from './cause.ts';
import { giveBack } from './give-back.ts';
import { changed, type Outcome, type Surroundings } from './outcome.ts';
import { CALL_LEASE_MS } from './gateway-timing.ts';
import type { CapturedPayment, PendingPayment } from './payment.ts';

/** The charge may have been sent: its result decides. The customer is waiting, so the back-off starts again at its shortest interval. */
export function rememberCancellation(payment: PendingPayment, _: unknown, { now, cause }: Surroundings): Outcome {
  if (payment.orderCancelled) return { kind: 'ignored', because: 'the cancellation is known' };
  const nextCheckAt = Math.min(payment.nextCheckAt, now + CALL_LEASE_MS);
  return changed({ ...payment, orderCancelled: true, cancelledBy: keptCause(cause), attempts: 0, nextCheckAt }, {});
}

export function refundRest(payment: CapturedPayment, _: unknown, surroundings: Surroundings): Outcome {
  if (payment.orderCancelled) return { kind: 'ignored', because: 'the cancellation is known' };
  return giveBack({ ...payment, orderCancelled: true, cancelledBy: keptCause(surroundings.cause) }, [], surroundings);
}
