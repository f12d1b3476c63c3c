import type { Rule } from './rule.ts';

export const CATALOGUE_RULES: readonly Rule[] = [
  {
    promise: 'categories form a tree, and siblings are numbered from 0 without a gap',
    violations: [
      // A category is not below the top if a parent is missing, or if its parents form a circle.
      `with recursive belowTop (id) as (
         select id from categories where parentId is null
         union
         select c.id from categories c join belowTop above on above.id = c.parentId
       )
       select format('category %s hangs below nothing', id) from categories where id not in (select id from belowTop)`,

      `with siblings as (
         select *, row_number() over (partition by parentId order by position) - 1 as place from categories
       )
       select format('below %s: positions %s', coalesce(parentId, 'the top'), group_concat(position, ', ' order by position))
       from siblings group by parentId having max(position <> place)`,
    ],
  },
  {
    promise: 'every category counts the products that name it',
    violations: [
      `with uses (id, counted, named) as (
         select categoryId, products, 0 from categoryUse
         union all
         select c.value, 0, 1 from products p, json_each(p.categoryIds) c
       )
       select format('category %s counts %d products, %d name it', id, sum(counted), sum(named))
       from uses group by id having sum(counted) <> sum(named)`,

      `select distinct format('category %s, which products name, does not exist', c.value)
       from products p, json_each(p.categoryIds) c where c.value not in (select id from categories)`,
    ],
  },
];
