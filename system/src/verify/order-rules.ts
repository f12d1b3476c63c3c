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
    *violations({ orders }) {
      for (const { id, status, deadlineAt } of orders) {
        if (ENDED.has(status) && deadlineAt !== null) yield `order ${id} is ${status} and has a deadline`;
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
