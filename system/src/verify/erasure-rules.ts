import type { Rule } from './rule.ts';

/** Of people who have left the shop. */
export const ERASURE_RULES: readonly Rule[] = [
  {
    promise: 'of somebody who has left nothing personal is kept',
    *violations({ orders, addressesTold, paymentMethods, services }) {
      const ofUsers = services.find(({ service }) => service === 'user')?.events ?? [];
      const left = new Set(ofUsers.filter(({ type }) => type === 'user.deleted').map(({ stream }) => stream));
      for (const { id, userId, isErased } of orders) {
        if (left.has(userId) && !isErased) yield `order ${id} has an address of user ${userId}, who has left`;
      }
      for (const orderId of addressesTold) yield `order ${orderId} is erased, its order.completed still has the address`;
      for (const { id, userId } of paymentMethods) if (left.has(userId)) yield `payment method ${id} of user ${userId}, who has left`;
    },
  },
];
