import type { OrderStatusEvent } from '@souk/contracts/http/order';
import type { OrderPaymentStatus, OrderReason, OrderStatus } from '@souk/contracts/saga';
import type { HistoryEntry } from './history.ts';
import { timelineOf } from './timeline.ts';

export function isTerminal(status: OrderStatus): boolean {
  return status === 'completed' || status === 'rejected' || status === 'cancelled';
}

/** Every state that an order has entered, oldest first; `seq` is its place in the timeline. `paymentStatus`: the current one. */
export function statusEvents(
  orderId: string,
  history: readonly HistoryEntry[],
  paymentStatus: OrderPaymentStatus,
): OrderStatusEvent[] {
  const moves = timelineOf(history).flatMap(({ seq, at, from, to, reason }) =>
    to === null ? [] : [{ seq, at, from, to, reason: reason as OrderReason | null }],
  );
  return moves.map(({ seq, at, from, to, reason }, index) => {
    const paid = index === moves.length - 1 ? paymentStatus : paymentStatusAt(from, to, reason);
    return { orderId, status: to, reason, paymentStatus: paid, seq, at };
  });
}

/** Payment status known when an order entered a state that it has left since. */
function paymentStatusAt(from: OrderStatus | null, to: OrderStatus, reason: OrderReason | null): OrderPaymentStatus {
  switch (to) {
    case 'placed':
    case 'rejected':
      return 'none';
    case 'awaiting_payment':
      return 'pending';
    case 'completed':
      return 'paid';
    case 'cancelled':
      if (reason === 'payment_declined') return 'failed';
      return from === 'completed' ? 'paid' : 'none';
    default:
      return to satisfies never;
  }
}
