import { sumBy, type Rule } from './rule.ts';
import type { PaymentFact, RefundFact, WebhookFact } from './snapshot.ts';

function sumsOf(refunds: readonly RefundFact[], wanted: RefundFact['status']): ReadonlyMap<string, number> {
  const some = refunds.filter(({ status }) => status === wanted);
  return sumBy(some, ({ paymentId }) => paymentId, ({ amount }) => amount);
}

/** How a charge or refund of ours must have ended for what the gateway said of it to be true. */
function endAsSaid({ said }: WebhookFact, subject: PaymentFact | RefundFact): boolean {
  const isDone = subject.status === 'captured' || subject.status === 'succeeded';
  return said === 'succeeded' ? isDone : said !== 'declined' || !isDone;
}

export const REFUND_RULES: readonly Rule[] = [
  {
    promise: 'no more is refunded than was captured, and every refund is in the books once',
    *violations({ payments, refunds }) {
      const succeeded = sumsOf(refunds, 'succeeded');
      const pending = sumsOf(refunds, 'pending');
      for (const { id, status, amount, refunded, refunding } of payments) {
        const captured = status === 'captured' ? (amount ?? 0) : 0;
        const [back, onItsWay] = [succeeded.get(id) ?? 0, pending.get(id) ?? 0];
        if (refunded + refunding > captured) yield `payment ${id}: ${refunded} refunded and ${refunding} on its way, of ${captured}`;
        if (refunded !== back) yield `payment ${id}: ${refunded} refunded, its refunds say ${back}`;
        if (refunding !== onItsWay) yield `payment ${id}: ${refunding} on its way back, its refunds say ${onItsWay}`;
      }
    },
  },
  {
    promise: 'the gateway gave back what we say, each refund once',
    *violations({ refunds, givenBack }) {
      const made = sumBy(givenBack, ({ key }) => key, ({ amount }) => amount);
      for (const { id, amount, status } of refunds) {
        const key = `refund:${id}`;
        const expected = status === 'succeeded' ? amount : 0;
        // One that is pending may be made already.
        if (status !== 'pending' && (made.get(key) ?? 0) !== expected) yield `refund ${id} is ${status} with ${amount}, the gateway gave back ${made.get(key) ?? 0}`;
        made.delete(key);
      }
      for (const [key, amount] of made) yield `the gateway gave back ${amount} for ${key}, which does not exist`;
    },
  },
  {
    promise: 'what the gateway told by itself is in the books',
    *violations({ payments, refunds, webhooks }) {
      const subjects = new Map<string, PaymentFact | RefundFact>();
      for (const payment of payments) subjects.set(`payment:${payment.id}`, payment);
      for (const refund of refunds) subjects.set(`refund:${refund.id}`, refund);
      for (const webhook of webhooks) {
        const { id, key, said, outcome } = webhook;
        const subject = key === null ? undefined : subjects.get(key);
        if (outcome === 'unknown' && subject !== undefined) yield `webhook ${id} about ${key}, which exists, was taken for a stranger's`;
        if (outcome === 'unknown' || outcome === 'anomaly' || key === null) continue;
        if (subject === undefined) yield `webhook ${id} is about ${key}, which does not exist`;
        else if (!endAsSaid(webhook, subject)) yield `webhook ${id} said ${said} of ${key}, which is ${subject.status}`;
      }
    },
  },
];
