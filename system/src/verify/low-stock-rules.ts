import type { Rule } from './rule.ts';

export const LOW_STOCK_RULES: readonly Rule[] = [
  {
    promise: 'a SKU is reported low once each time it runs low',
    violations: [
      // A level counts two turns for each time its SKU ran low, and one more while there is enough.
      `with counted as (
         select sku, max(lowTurns) / 2 as times, (select count(*) from lows where lows.sku = levels.sku) as said from levels group by sku
       )
       select format('%s ran low %d times, it was said %d times', sku, times, said) from counted where times <> said`,

      `select distinct format('%s is said to run low and has no level', sku) from lows where sku not in (select sku from levels)`,

      `select format('%s is said to run low with %d free, of which %d are enough', sku, available, threshold) from lows
       where available >= threshold`,

      // Only SKUs in one warehouse: the ledger has no order across warehouses. Stock in a closed warehouse is not free.
      `select format('%s never had %d free, as was said', sku, available) from lows
       where available > 0 and sku in (select sku from levels group by sku having count(*) = 1)
         and (sku, available) not in
             (select sku, onHandAfter - reservedAfter from movements where sku in (select sku from lows))`,
    ],
  },
];
