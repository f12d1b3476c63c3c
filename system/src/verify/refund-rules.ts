import { CAPTURED } from './money-rules.ts';
import type { Rule } from './rule.ts';

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

export const REFUND_RULES: readonly Rule[] = [
  {
    promise: 'no more is refunded than was captured, and every refund is in the books once',
    violations: [
      `${REFUNDED}
       select format('payment %s: %d refunded and %d on its way, of %d', id, refunded, refunding, captured) from books
       where refunded + refunding > captured`,

      `${REFUNDED}
       select format('payment %s: %d refunded, its refunds say %d', id, refunded, back) from books where refunded <> back`,

      `${REFUNDED}
       select format('payment %s: %d on its way back, its refunds say %d', id, refunding, onItsWay) from books
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
       select format('refund %s is %s with %d, the gateway gave back %d', id, status, amount, made) from both
       where made <> iif(status = 'succeeded', amount, 0)`,

      `select format('the gateway gave back %d for %s, which does not exist', amount, key) from givenBack
       where key not in (select 'refund:' || id from refunds)`,
    ],
  },
  {
    promise: 'everything the gateway reported by itself is in the books',
    violations: [
      `${TOLD}
       select format('webhook %s about %s, which exists, was taken for a stranger''s', id, key) from told
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
