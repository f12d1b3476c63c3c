import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { rowCollection, type SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import type { CategoryTree, CategoryUse } from '../domain/category.ts';
import type { CategoryTreesTable, CategoryUseTable } from './product-schema.ts';

export function categoryTrees(dialect: Dialect): SqlCollection<CategoryTree> {
  return rowCollection<CategoryTree, CategoryTreesTable>(dialect, {
    table: 'category_trees',
    columns: ['id', 'document'],
    keyColumn: 'id',
    keyOf: ({ id }) => id,
    toRow: (tree) => ({ id: tree.id, document: JSON.stringify(tree) }),
    fromRow: treeFromRow,
  });
}

export function treeFromRow({ document }: Pick<CategoryTreesTable, 'document'>): CategoryTree {
  return JSON.parse(document);
}

export function categoryUse(dialect: Dialect): SqlCollection<CategoryUse> {
  return rowCollection<CategoryUse, CategoryUseTable>(dialect, {
    table: 'category_use',
    columns: ['category_id', 'products'],
    keyColumn: 'category_id',
    keyOf: ({ categoryId }) => categoryId,
    toRow: ({ categoryId, products }) => ({ category_id: categoryId, products }),
    fromRow: ({ category_id: categoryId, products }) => ({ categoryId, products }),
  });
}
