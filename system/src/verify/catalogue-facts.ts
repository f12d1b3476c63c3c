import type { Rows } from './shop-records.ts';
import type { CatalogueFacts } from './snapshot.ts';

/** Of the database of Product, where it is an SQL one. */
export async function catalogueRows(rows: Rows): Promise<CatalogueFacts> {
  const trees = await rows<{ document: string }>('select document from category_trees');
  const products = await rows<{ id: string; document: string }>('select id, document from products');
  return {
    categories: trees.flatMap(({ document }) => {
      const { categories } = JSON.parse(document) as Pick<CatalogueFacts, 'categories'>;
      return categories.map(({ id, parentId, position }) => ({ id, parentId, position }));
    }),
    categoryUse: await rows('select category_id as categoryId, products from category_use'),
    products: products.map(({ id, document }) => ({ id, categoryIds: JSON.parse(document).categoryIds ?? [] })),
  };
}
