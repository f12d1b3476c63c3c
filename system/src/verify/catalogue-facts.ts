import { each } from './batches.ts';
import type { FactStore } from './fact-store.ts';
import type { CategoryFact, CategoryUse, ProductFact } from './facts.ts';
import type { Rows } from './shop-records.ts';

interface Tree {
  readonly categories: readonly CategoryFact[];
}

/** Reads the database of Product, if it is an SQL one. */
export async function catalogueRows(rows: Rows, facts: FactStore): Promise<void> {
  for await (const trees of rows<{ document: string }>('select document from category_trees')) {
    await facts.addAll('categories', trees.map(({ document }) => categoriesIn(JSON.parse(document))));
  }
  await facts.addAll('categoryUse', rows<CategoryUse>('select category_id as categoryId, products from category_use'));
  const products = rows<{ id: string; document: string }>('select id, document from products');
  await facts.addAll('products', each(products, ({ id, document }): ProductFact => ({ id, categoryIds: JSON.parse(document).categoryIds ?? [] })));
}

/** All categories, which are in one document. */
export function categoriesIn({ categories }: Tree): CategoryFact[] {
  return categories.map(({ id, parentId, position }) => ({ id, parentId, position }));
}
