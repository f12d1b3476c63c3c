import type { Rule } from './rule.ts';

const ENDED = new Set(['completed', 'rejected', 'cancelled']);

export const ORDER_RULES: readonly Rule[] = [
  {
    promise: 'every order ends',
    *violations({ orders }) {
      for (const { id, status } of orders) if (!ENDED.has(status)) yield `order ${id} is still ${status}`;
    },
  },
  {
    promise: 'an order that has ended waits for nothing',
    *violations({ orders, payments, refunds }) {
      const ended = new Map(orders.filter(({ status }) => ENDED.has(status)).map(({ id, status }) => [id, status]));
      for (const { id, status, deadlineAt } of orders) {
        if (ENDED.has(status) && deadlineAt !== null) yield `order ${id} is ${status} and has a deadline`;
      }
      for (const { id, orderId, status } of payments) {
        if (status === 'pending' && ended.has(orderId)) yield `order ${orderId} is ${ended.get(orderId)}, its payment ${id} pending`;
      }
      for (const { id, paymentId, status } of refunds) {
        if (status === 'pending') yield `refund ${id} of payment ${paymentId} is pending`;
      }
    },
  },
];

/** Every order that a caller was promised (202) is there. */
export function acceptedOrdersExist(accepted: readonly string[]): Rule {
  return {
    promise: 'every accepted order exists',
    *violations({ orders }) {
      const there = new Set(orders.map(({ id }) => id));
      for (const id of accepted) if (!there.has(id)) yield `order ${id} was accepted and is gone`;
    },
  };
}
