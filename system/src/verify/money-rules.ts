import type { Rule } from './rule.ts';

/** Payments with their captured amounts. */
export const CAPTURED = `captures as (select *, iif(status = 'captured', coalesce(amount, 0), 0) as captured from payments)`;

/** Orders with the sums of all their payments; two payments count as both. */
const MONEY = `
  with ${CAPTURED}, money as (
    select o.id, o.status, o.total, coalesce(sum(c.captured), 0) as captured, coalesce(sum(c.captured - c.refunded), 0) as kept
    from orders o left join captures c on c.orderId = o.id group by o.id
  )`;

export const MONEY_RULES: readonly Rule[] = [
  {
    promise: 'a completed order is paid exactly once, and any other ended order keeps no money',
    violations: [
      `${MONEY}
       select format('order %s is completed for %d, %d was captured', id, total, captured) from money
       where status = 'completed' and captured <> total`,

      `${MONEY}
       select format('order %s is %s, %d is kept', id, status, kept) from money
       where status in ('rejected', 'cancelled') and kept <> 0`,

      `select format('a payment for order %s, which does not exist', orderId) from payments
       where orderId not in (select id from orders)`,
    ],
  },
  {
    promise: 'an order says what became of its money',
    violations: [
      `with ${CAPTURED}, heard as (
         select o.id, o.paymentStatus as says, case
           when c.id is null or c.status = 'voided' then 'none'
           when c.status <> 'captured' then c.status
           when o.status = 'cancelled' and o.total = 0 then 'none'
           when c.refunded = 0 then 'paid'
           when c.refunded < c.captured then 'partially_refunded'
           else 'refunded' end as became
         from orders o left join captures c on c.orderId = o.id
       )
       select format('order %s says %s, its payment %s', id, says, became) from heard where says <> became`,

      `select format('order %s says %d came back, its payment %d', o.id, o.refunded, coalesce(p.refunded, 0))
       from orders o left join payments p on p.orderId = o.id
       where o.refunded <> coalesce(p.refunded, 0)`,
    ],
  },
  {
    promise: 'our books and those of the gateway agree',
    violations: [
      `with ${CAPTURED}, both as (
         select p.id, p.captured, coalesce(c.amount, 0) as taken
         from captures p left join charges c on c.key = 'payment:' || p.id and c.taken
       )
       select format('payment %s: we captured %d, the gateway took %d', id, captured, taken) from both where captured <> taken`,

      `with both as (
         select p.id, p.refunded as ours, coalesce(c.refunded, 0) as theirs
         from payments p left join charges c on c.key = 'payment:' || p.id and c.taken
       )
       select format('payment %s: we refunded %d, the gateway %d', id, ours, theirs) from both where ours <> theirs`,

      `select format('the gateway took %d for %s, which does not exist', amount, key) from charges
       where taken and key not in (select 'payment:' || id from payments)`,
    ],
  },
  {
    promise: 'totals add up',
    violations: [
      `with sums as (
         select o.id, o.total, coalesce((select sum(quantity * unitPrice) from orderLines l where l.orderId = o.id), 0) as sum
         from orders o
       )
       select format('order %s: total %d, its lines %d', id, total, sum) from sums where total <> sum`,
    ],
  },
];
