import type { Rule } from './rule.ts';

const ENDED = `('completed', 'rejected', 'cancelled')`;

export const ORDER_RULES: readonly Rule[] = [
  {
    promise: 'every accepted order exists',
    violations: [`select format('order %s was accepted and is gone', id) from accepted where id not in (select id from orders)`],
  },
  {
    promise: 'every order ends',
    violations: [`select format('order %s is still %s', id, status) from orders where status not in ${ENDED}`],
  },
  {
    promise: 'an ended order waits for nothing',
    violations: [
      `select format('order %s is %s and has a deadline', id, status) from orders
       where status in ${ENDED} and deadlineAt is not null`,

      `select format('order %s is %s, its payment %s pending', o.id, o.status, p.id)
       from payments p join orders o on o.id = p.orderId
       where p.status = 'pending' and o.status in ${ENDED}`,

      `select format('refund %s of payment %s is pending', id, paymentId) from refunds where status = 'pending'`,
    ],
  },
];
