import type { OrderPaymentStatus } from '@souk/contracts/saga';
import { awaitsDelivery, type Order } from './order.ts';
import type { News } from './trigger.ts';

/**
 * True when the order already contains what the message says. This makes a second copy harmless without any list of message ids. Messages of
 * different topics come in any order: a refund implies its payment, a release its reservation.
 */
export function hasApplied(order: Order, message: News): boolean {
  switch (message.type) {
    case 'inventory.reserved':
      return order.allocations !== null;
    case 'inventory.failed':
      return order.shortages.length > 0;
    case 'inventory.released':
      return order.allocations?.length === 0;
    case 'payment.completed':
      return isPaid(order.paymentStatus) || (order.status === 'cancelled' && order.total.amount === 0);
    case 'payment.failed':
      return order.paymentStatus === 'failed';
    case 'payment.refunded':
      return message.data.refundedTotal.amount <= order.refunded;
    case 'user.deleted':
      // An order with nothing left to deliver keeps no personal data.
      return order.leftAt !== null || !awaitsDelivery(order);
    default:
      return message satisfies never;
  }
}

/** The order with the facts of the message; its state is not changed. */
export function applyMessage(order: Order, message: News): Order {
  if (hasApplied(order, message)) return order;
  switch (message.type) {
    case 'inventory.reserved':
      return { ...order, allocations: message.data.allocations };
    case 'inventory.failed':
      return { ...order, shortages: message.data.shortages };
    case 'inventory.released':
      return { ...order, allocations: [] };
    case 'payment.completed':
      return { ...order, paymentStatus: 'paid' };
    case 'payment.failed':
      return { ...order, paymentStatus: 'failed' };
    case 'payment.refunded':
      return withRefund(order, message.data.refundedTotal.amount);
    case 'user.deleted':
      return { ...order, leftAt: message.at };
    default:
      return message satisfies never;
  }
}

function isPaid(status: OrderPaymentStatus): boolean {
  return status === 'paid' || status === 'partially_refunded' || status === 'refunded';
}

function withRefund(order: Order, refunded: number): Order {
  return { ...order, refunded, paymentStatus: refunded < order.total.amount ? 'partially_refunded' : 'refunded' };
}
