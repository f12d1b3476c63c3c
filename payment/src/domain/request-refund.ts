import type { Money } from '@souk/contracts/money';
import { keptCause } from './cause.ts';
import { openRefund } from './give-back.ts';
import type { Changed, Surroundings } from './outcome.ts';
import { leftOf, type Payment } from './payment.ts';
import type { PendingRefund } from './refund.ts';

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
