import type { Rule } from './rule.ts';

const ENDED = `('completed', 'rejected', 'cancelled')`;

/** Promises about orders and their parcels. */
export const ORDER_RULES: readonly Rule[] = [
  {
    promise: 'every accepted order exists',
    violations: [`select format('order %s was accepted and does not exist', id) from accepted where id not in (select id from orders)`],
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

      `select format('order %s is %s, its payment %s is pending', o.id, o.status, p.id)
       from payments p join orders o on o.id = p.orderId
       where p.status = 'pending' and o.status in ${ENDED}`,

      `select format('refund %s of payment %s is pending', id, paymentId) from refunds where status = 'pending'`,
    ],
  },
  {
    promise: 'the parcels of a completed order hold what was ordered, and no other order has parcels',
    violations: [
      `with pieces (orderId, sku, ordered, packed) as (
         select l.orderId, l.sku, l.quantity, 0 from orders o join orderLines l on l.orderId = o.id where o.status = 'completed'
         union all
         select s.orderId, i.value ->> 'sku', 0, i.value ->> 'quantity' from shipments s, json_each(s.items) i
       )
       select format('order %s: %s: %d in parcels, %d ordered', orderId, sku, sum(packed), sum(ordered))
       from pieces group by orderId, sku having sum(packed) <> sum(ordered)`,
    ],
  },
  {
    promise: 'a parcel is shipped once and delivered once, as its events say',
    violations: [
      // The status of a parcel determines which events must exist for it.
      `with parcels as (
         select s.*, coalesce(
           (select group_concat(n.type, ', ' order by n.type) from parcelNews n where n.shipmentId = s.id), 'nothing'
         ) as news
         from shipments s
       )
       select format('order %s: parcel %s is %s, its events say: %s', orderId, id, status, news) from parcels
       where (status, news) not in (values
         ('pending', 'nothing'),
         ('shipped', 'order.shipped'),
         ('delivered', 'order.delivered, order.shipped'))`,

      `select format('order %s: parcel %s is %s, its carrier is %s', orderId, id, status, coalesce(carrier, 'missing')) from shipments
       where (status = 'pending') <> (carrier is null and trackingNumber is null)`,

      `select format('order %s: parcel %s was sent as %s %s, its event says otherwise', s.orderId, s.id, s.carrier, s.trackingNumber)
       from parcelNews n join shipments s on s.id = n.shipmentId
       where n.carrier is not s.carrier or n.trackingNumber is not s.trackingNumber`,

      `select format('an event is about parcel %s, which does not exist', shipmentId) from parcelNews
       where shipmentId not in (select id from shipments)`,
    ],
  },
];
