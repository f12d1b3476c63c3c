import type { Keys, World } from '@souk/chassis/engine/writer/use-case';
import type { FieldError } from '@souk/contracts/problem';
import { categoryOf, type CategoryUse, TREE } from '../domain/category.ts';
import type { ProductCollections } from '../storage/product-store.ts';

/** What has to be looked at when a product names or leaves these categories. */
export function keysOfCategories(ids: readonly string[]): Keys<ProductCollections> {
  return ids.length === 0 ? {} : { categoryTrees: [TREE], categoryUse: ids };
}

/** The places of ids that are no category's. */
export function unknownCategories(ids: readonly string[], world: World<ProductCollections>): FieldError[] {
  if (ids.length === 0) return [];
  const tree = world.get('categoryTrees', TREE);
  return ids.flatMap((id, at) =>
    tree !== undefined && categoryOf(tree, id) !== undefined
      ? []
      : [{ pointer: `/categoryIds/${at}`, detail: 'is no category' }],
  );
}

/** The use of the categories that a product leaves and joins; those that it stays in are not among them. */
export function useAfter(
  before: readonly string[],
  after: readonly string[],
  world: World<ProductCollections>,
): CategoryUse[] {
  const used = (categoryId: string, by: 1 | -1) => {
    const { products = 0 } = world.get('categoryUse', categoryId) ?? {};
    return { categoryId, products: products + by };
  };
  return [
    ...before.filter((id) => !after.includes(id)).map((id) => used(id, -1)),
    ...after.filter((id) => !before.includes(id)).map((id) => used(id, 1)),
  ];
}
