import type { Rule } from './rule.ts';

const LEAVERS = `(select stream from events where service = 'user' and type = 'user.deleted')`;

/** Of people who have left the shop. */
export const ERASURE_RULES: readonly Rule[] = [
  {
    promise: 'of somebody who has left nothing personal is kept',
    violations: [
      `select format('order %s has an address of user %s, who has left', id, userId) from orders
       where not isErased and userId in ${LEAVERS}`,

      `select format('order %s is erased, its order.completed still has the address', orderId) from addressesTold`,

      `select format('payment method %s of user %s, who has left', id, userId) from paymentMethods where userId in ${LEAVERS}`,
    ],
  },
];
