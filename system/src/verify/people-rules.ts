import type { Rule } from './rule.ts';

const LEAVERS = `(select stream from events where service = 'user' and type = 'user.deleted')`;

/** Orders that are not erased although their customer's account is deleted; `isComing` says that one of their parcels has yet to arrive. */
const REMAINING = `
  remaining as (
    select o.*, o.status = 'completed' and exists (
      select 1 from shipments s where s.orderId = o.id
      and (s.status = 'shipped' or (s.status = 'pending' and o.paymentStatus <> 'refunded'))
    ) as isComing from orders o where not o.isErased and o.userId in ${LEAVERS}
  )`;

/** Rules about personal data, mainly of deleted users. */
export const ERASURE_RULES: readonly Rule[] = [
  {
    promise: 'no event holds personal data',
    violations: [`select format('%s %s has %s', topic, id, place) from personalLogged`],
  },
  {
    promise: 'no personal data of a deleted user is kept, except in completed orders until they are delivered',
    violations: [
      `with ${REMAINING}
       select format('order %s still tells of user %s, who has left', id, userId) from remaining where not isComing`,

      `with ${REMAINING}
       select format('order %s is kept for its delivery, and nobody would erase user %s from it afterwards', id, userId) from remaining
       where isComing and not isKept`,

      `select format('order %s is erased, its %s still tells of its customer', orderId, type) from personalTold`,

      `select format('payment method %s of user %s, who has left', id, userId) from paymentMethods where userId in ${LEAVERS}`,
    ],
  },
];
