import type { Rule } from './rule.ts';

/** Payments with their captured amounts. */
const CAPTURED = `captures as (select *, iif(status = 'captured', coalesce(amount, 0), 0) as captured from payments)`;

/** Orders with the sums of all their payments; two payments count as both. */
const MONEY = `
  with ${CAPTURED}, money as (
    select o.id, o.status, o.total, coalesce(sum(c.captured), 0) as captured, coalesce(sum(c.captured - c.refunded), 0) as kept
    from orders o left join captures c on c.orderId = o.id group by o.id
  )`;

/** Payments with the sums of their refunds. */
const REFUNDED = `
  with ${CAPTURED}, books as (
    select c.*,
           coalesce((select sum(amount) from refunds r where r.paymentId = c.id and r.status = 'succeeded'), 0) as back,
           coalesce((select sum(amount) from refunds r where r.paymentId = c.id and r.status = 'pending'), 0) as onItsWay
    from captures c
  )`;

/** Webhooks of the gateway, each with the payment or refund it is about. */
const TOLD = `
  with subjects (about, status, isDone) as (
    select 'payment:' || id, status, status = 'captured' from payments
    union all
    select 'refund:' || id, status, status = 'succeeded' from refunds
  ),
  told as (select * from webhooks w left join subjects s on s.about = w.key where w.key is not null)`;

/** Promises about money: orders and their payments, refunds, the gateway's books and its webhooks. */
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
    promise: 'the payment status of an order is that of its payment',
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
       select format('order %s says %s, its payment says %s', id, says, became) from heard where says <> became`,

      `select format('order %s says %d is refunded, its payment says %d', o.id, o.refunded, coalesce(p.refunded, 0))
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
       select format('payment %s: we refunded %d, the gateway refunded %d', id, ours, theirs) from both where ours <> theirs`,

      `select format('the gateway took %d for %s, which does not exist', amount, key) from charges
       where taken and key not in (select 'payment:' || id from payments)`,
    ],
  },
  {
    promise: 'the total of an order is the sum of its lines',
    violations: [
      `with sums as (
         select o.id, o.total, coalesce((select sum(quantity * unitPrice) from orderLines l where l.orderId = o.id), 0) as sum
         from orders o
       )
       select format('order %s: its total is %d, its lines add up to %d', id, total, sum) from sums where total <> sum`,
    ],
  },
  {
    promise: 'no more is refunded than was captured, and every refund is in the books once',
    violations: [
      `${REFUNDED}
       select format('payment %s: %d refunded and %d pending, of %d captured', id, refunded, refunding, captured) from books
       where refunded + refunding > captured`,

      `${REFUNDED}
       select format('payment %s: %d refunded, its refunds add up to %d', id, refunded, back) from books where refunded <> back`,

      `${REFUNDED}
       select format('payment %s: %d pending, its refunds add up to %d', id, refunding, onItsWay) from books
       where refunding <> onItsWay`,
    ],
  },
  {
    promise: 'the gateway made every refund in our books, each once',
    violations: [
      // Pending refunds are left out: the gateway may have made them already.
      `with both as (
         select r.*, coalesce((select sum(g.amount) from givenBack g where g.key = 'refund:' || r.id), 0) as made
         from refunds r where status <> 'pending'
       )
       select format('refund %s of %s is %s, the gateway refunded %d', id, amount, status, made) from both
       where made <> iif(status = 'succeeded', amount, 0)`,

      `select format('the gateway refunded %d for %s, which does not exist', amount, key) from givenBack
       where key not in (select 'refund:' || id from refunds)`,
    ],
  },
  {
    promise: 'every webhook of the gateway is in our books',
    violations: [
      `${TOLD}
       select format('webhook %s is about %s, which exists, and was recorded as unknown', id, key) from told
       where outcome = 'unknown' and about is not null`,

      `${TOLD}
       select format('webhook %s is about %s, which does not exist', id, key) from told
       where outcome in ('changed', 'ignored') and about is null`,

      `${TOLD}
       select format('webhook %s said %s of %s, which is %s', id, said, key, status) from told
       where outcome in ('changed', 'ignored') and (said, isDone) in (values ('succeeded', false), ('declined', true))`,
    ],
  },
];
