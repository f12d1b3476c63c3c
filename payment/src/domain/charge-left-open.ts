import { chargeTask } from './begin-payment.ts';
import { captureNothing, factsOf } from './charge-settled.ts';
import { changed, type Outcome, type Surroundings } from './outcome.ts';
import { backOffMs, CALL_LEASE_MS, LOST_AFTER_MS } from './gateway-timing.ts';
import type { PendingPayment } from './payment.ts';

export function askLater(payment: PendingPayment, _: unknown, { now }: Surroundings): Outcome {
  const { attempts } = payment;
  return changed({ ...payment, attempts: attempts + 1, nextCheckAt: now + backOffMs(attempts) }, {});
}

export function ask(payment: PendingPayment, _: unknown, { now }: Surroundings): Outcome {
  if (payment.nextCheckAt > now) return { kind: 'ignored', because: 'somebody is asking already' };
  const { orderId, id: paymentId } = payment;
  return changed(
    { ...payment, nextCheckAt: now + CALL_LEASE_MS },
    { tasks: [{ kind: 'ask-charge', orderId, paymentId }] },
  );
}

/**
 * The gateway never received our key. The charge is sent again under the same key: if the first request still arrives, the
 * gateway treats both as one. If the order is cancelled, nothing is sent any more, and the payment is voided once a request
 * still on its way can be ruled out.
 */
export function sendAgainOrVoid(payment: PendingPayment, _: unknown, surroundings: Surroundings): Outcome {
  const { now } = surroundings;
  // An earlier version sent amounts of 0 to the gateway too.
  if (payment.amount.amount === 0) return captureNothing(payment, surroundings);
  if (!payment.orderCancelled) {
    const sent = { ...payment, sentAt: now, nextCheckAt: now + CALL_LEASE_MS };
    return changed(sent, { tasks: [chargeTask(sent)] });
  }
  const lostAt = payment.sentAt + LOST_AFTER_MS;
  if (now < lostAt) {
    const { attempts } = payment;
    return changed({ ...payment, attempts: attempts + 1, nextCheckAt: Math.min(now + backOffMs(attempts), lostAt) }, {});
  }
  return changed(
    { ...factsOf(payment, surroundings), amount: payment.amount, status: 'voided' },
    { history: [{ note: 'payment.voided', context: { from: 'pending' } }] },
  );
}
