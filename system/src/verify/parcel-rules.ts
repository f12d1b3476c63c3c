import type { Rule } from './rule.ts';

export const PARCEL_RULES: readonly Rule[] = [
  {
    promise: 'the parcels of a completed order hold what was ordered, and no other order has parcels',
    violations: [
      `with pieces (orderId, sku, ordered, packed) as (
         select l.orderId, l.sku, l.quantity, 0 from orders o join orderLines l on l.orderId = o.id where o.status = 'completed'
         union all
         select s.orderId, i.value ->> 'sku', 0, i.value ->> 'quantity' from shipments s, json_each(s.items) i
       )
       select format('order %s: %s: %d in parcels, %d wanted', orderId, sku, sum(packed), sum(ordered))
       from pieces group by orderId, sku having sum(packed) <> sum(ordered)`,
    ],
  },
  {
    promise: 'a parcel leaves and arrives once, as it was told',
    violations: [
      // The status of a parcel determines which events must exist for it.
      `with told as (
         select s.*, coalesce(
           (select group_concat(n.type, ', ' order by n.type) from parcelNews n where n.shipmentId = s.id), 'nothing'
         ) as news
         from shipments s
       )
       select format('order %s: parcel %s is %s, told were: %s', orderId, id, status, news) from told
       where (status, news) not in (values
         ('pending', 'nothing'),
         ('shipped', 'order.shipped'),
         ('delivered', 'order.delivered, order.shipped'))`,

      `select format('order %s: parcel %s is %s, its carrier %s', orderId, id, status, coalesce(carrier, 'nobody')) from shipments
       where (status = 'pending') <> (carrier is null and trackingNumber is null)`,

      `select format('order %s: parcel %s went with %s %s, told was another one', s.orderId, s.id, s.carrier, s.trackingNumber)
       from parcelNews n join shipments s on s.id = n.shipmentId
       where n.carrier is not s.carrier or n.trackingNumber is not s.trackingNumber`,

      `select format('parcel %s, of which was told, does not exist', shipmentId) from parcelNews
       where shipmentId not in (select id from shipments)`,
    ],
  },
];
