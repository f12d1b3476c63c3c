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

/** Promises about personal data: in events, and of users who have deleted their accounts. */
export const PEOPLE_RULES: readonly Rule[] = [
  {
    promise: 'no event holds personal data',
    violations: [`select format('%s %s holds %s', topic, id, place) from personalLogged`],
  },
  {
    promise: 'no personal data of a deleted user is kept, except in completed orders until they are delivered',
    violations: [
      `with ${REMAINING}
       select format('order %s still holds personal data of user %s, whose account is deleted', id, userId) from remaining where not isComing`,

      `with ${REMAINING}
       select format('order %s is kept until its delivery, and nothing will erase the data of user %s from it then', id, userId) from remaining
       where isComing and not isKept`,

      `select format('order %s is erased, its event %s still holds personal data', orderId, type) from personalTold`,

      `select format('payment method %s is of user %s, whose account is deleted', id, userId) from paymentMethods where userId in ${LEAVERS}`,
    ],
  },
];
