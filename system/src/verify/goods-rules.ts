import type { Rule } from './rule.ts';

/** Movements of every place (a SKU in a warehouse), with the running sums of all movements there. */
const LEDGER = `
  with ledger as (
    select *, sum(onHandDelta) over soFar as onHand, sum(reservedDelta) over soFar as reserved from movements
    window soFar as (partition by sku, warehouseId order by number, rowid rows unbounded preceding)
  )`;

/** Promises about goods: stock and its ledger, reservations, low stock, categories. */
export const GOODS_RULES: readonly Rule[] = [
  {
    promise: 'the movements of every stock level are numbered 1..n without a gap, and the level counts n',
    violations: [
      `with counted as (
         select sku, warehouseId, number, row_number() over (partition by sku, warehouseId order by number) as place from movements
       )
       select format('%s in %s: movement %d is numbered %d', sku, warehouseId, place, number)
       from counted where number <> place`,

      `with counted as (
         select l.*, (select count(*) from movements m where m.sku = l.sku and m.warehouseId = l.warehouseId) as there from levels l
       )
       select format('%s in %s: %d movements counted, %d in the ledger', sku, warehouseId, movements, there)
       from counted where movements <> there`,
    ],
  },
  {
    promise: 'at no point in the ledger was more reserved than on hand',
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

      `select format('%s in %s: there are movements and no level', sku, warehouseId) from (select distinct sku, warehouseId from movements)
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
  {
    promise: 'a SKU is reported low once each time it runs low',
    violations: [
      // A level counts two turns for each time its SKU ran low, and one more while there is enough.
      `with counted as (
         select sku, max(lowTurns) / 2 as times, (select count(*) from lows where lows.sku = levels.sku) as reported from levels group by sku
       )
       select format('%s ran low %d times, it was reported %d times', sku, times, reported) from counted where times <> reported`,

      `select distinct format('%s is reported low and has no level', sku) from lows where sku not in (select sku from levels)`,

      `select format('%s is reported low with %d available, the threshold is %d', sku, available, threshold) from lows
       where available >= threshold`,

      // Only SKUs in one warehouse: the ledger has no order across warehouses. Stock in a closed warehouse is not available.
      `select format('%s is reported low with %d available, which it never had', sku, available) from lows
       where available > 0 and sku in (select sku from levels group by sku having count(*) = 1)
         and (sku, available) not in
             (select sku, onHandAfter - reservedAfter from movements where sku in (select sku from lows))`,
    ],
  },
  {
    promise: 'categories form a tree, and siblings are numbered from 0 without a gap',
    violations: [
      // A category is not below the top if a parent is missing, or if its parents form a circle.
      `with recursive belowTop (id) as (
         select id from categories where parentId is null
         union
         select c.id from categories c join belowTop above on above.id = c.parentId
       )
       select format('category %s has no way up to the top', id) from categories where id not in (select id from belowTop)`,

      `with siblings as (
         select *, row_number() over (partition by parentId order by position) - 1 as place from categories
       )
       select format('below %s: positions %s', coalesce(parentId, 'the top'), group_concat(position, ', ' order by position))
       from siblings group by parentId having max(position <> place)`,
    ],
  },
  {
    promise: 'every category counts the products in it',
    violations: [
      `with uses (id, counted, named) as (
         select categoryId, products, 0 from categoryUse
         union all
         select c.value, 0, 1 from products p, json_each(p.categoryIds) c
       )
       select format('category %s counts %d products, %d are in it', id, sum(counted), sum(named))
       from uses group by id having sum(counted) <> sum(named)`,

      `select distinct format('category %s, which products are in, does not exist', c.value)
       from products p, json_each(p.categoryIds) c where c.value not in (select id from categories)`,
    ],
  },
];
