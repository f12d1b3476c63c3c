import type { Rule } from './rule.ts';

/** Movements of every place (a SKU in a warehouse), with the running sums of all movements there. */
const LEDGER = `
  with ledger as (
    select *, sum(onHandDelta) over soFar as onHand, sum(reservedDelta) over soFar as reserved from movements
    window soFar as (partition by sku, warehouseId order by number, rowid rows unbounded preceding)
  )`;

export const STOCK_RULES: readonly Rule[] = [
  {
    promise: 'the movements of every stock level are numbered 1..n without a gap, and the level counts n',
    violations: [
      `with counted as (
         select sku, warehouseId, number, row_number() over (partition by sku, warehouseId order by number) as place from movements
       )
       select format('%s in %s: movement %d has the number %d', sku, warehouseId, place, number)
       from counted where number <> place`,

      `with counted as (
         select l.*, (select count(*) from movements m where m.sku = l.sku and m.warehouseId = l.warehouseId) as there from levels l
       )
       select format('%s in %s: %d movements counted, %d in the ledger', sku, warehouseId, movements, there)
       from counted where movements <> there`,
    ],
  },
  {
    promise: 'at no moment of the ledger was more promised than there was',
    violations: [
      `${LEDGER}
       select format('%s in %s: %d reserved of %d', sku, warehouseId, reserved, onHand)
       from ledger where reserved < 0 or reserved > onHand`,

      `${LEDGER}
       select format('%s in %s: the ledger says %d/%d, its sum is %d/%d',
                     sku, warehouseId, onHandAfter, reservedAfter, onHand, reserved)
       from ledger where onHand <> onHandAfter or reserved <> reservedAfter`,
    ],
  },
  {
    promise: 'stock on hand is the sum of its movements',
    violations: [
      `with moved as (
         select l.*, coalesce(
           (select sum(m.onHandDelta) from movements m where m.sku = l.sku and m.warehouseId = l.warehouseId), 0
         ) as pieces
         from levels l
       )
       select format('%s in %s: %d on hand, %d moved', sku, warehouseId, onHand, pieces) from moved where onHand <> pieces`,

      `select format('%s in %s: movements without a level', sku, warehouseId) from (select distinct sku, warehouseId from movements)
       where (sku, warehouseId) not in (select sku, warehouseId from levels)`,
    ],
  },
  {
    promise: 'what is reserved is the sum of the open reservations',
    violations: [
      `with held as (
         select i.value ->> 'sku' as sku, i.value ->> 'warehouseId' as warehouseId, sum(i.value ->> 'quantity') as pieces
         from reservations r, json_each(r.lines) i where r.status = 'reserved' group by 1, 2
       )
       select format('%s in %s: %d reserved, %d in open reservations', l.sku, l.warehouseId, l.reserved, coalesce(h.pieces, 0))
       from levels l left join held h on h.sku = l.sku and h.warehouseId = l.warehouseId
       where l.reserved <> coalesce(h.pieces, 0)`,
    ],
  },
  {
    promise: 'a reservation ends as its order does',
    violations: [
      `with ends as (
         select o.id, o.status, coalesce(r.status, 'missing') as reservation from orders o left join reservations r on r.orderId = o.id
       )
       select format('order %s is %s, its reservation %s', id, status, reservation) from ends
       where (status, reservation) not in (values
         ('placed', 'missing'), ('placed', 'reserved'), ('placed', 'refused'),
         ('awaiting_payment', 'reserved'),
         ('completed', 'committed'),
         ('rejected', 'refused'),
         ('cancelled', 'released'), ('cancelled', 'restocked'), ('cancelled', 'refused'), ('cancelled', 'cancelled'))`,

      `select format('a reservation for order %s, which does not exist', orderId) from reservations
       where orderId not in (select id from orders)`,
    ],
  },
];
