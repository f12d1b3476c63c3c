import type { Keys, World } from '@souk/chassis/engine/writer/use-case';
import type { FieldError } from '@souk/contracts/problem';
import { categoryOf, type CategoryUse, TREE } from '../domain/category.ts';
import type { ProductCollections } from '../storage/product-store.ts';

/** The keys that a decision needs when a product joins or leaves these categories. */
export function keysOfCategories(ids: readonly string[]): Keys<ProductCollections> {
  return ids.length === 0 ? {} : { categoryTrees: [TREE], categoryUse: ids };
}

/** Field errors for ids of categories that do not exist. */
export function unknownCategories(ids: readonly string[], world: World<ProductCollections>): FieldError[] {
  if (ids.length === 0) return [];
  const tree = world.get('categoryTrees', TREE);
  return ids.flatMap((id, at) =>
    tree !== undefined && categoryOf(tree, id) !== undefined
      ? []
      : [{ pointer: `/categoryIds/${at}`, detail: 'is no category' }],
  );
}

/** The new use counts of the categories that a product leaves or joins, without those that it stays in. */
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
