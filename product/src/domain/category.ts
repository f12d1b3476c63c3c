/** A category of the shop. The positions of siblings run from 0 without gaps. */
export interface Category {
  readonly id: string;
  readonly name: string;
  /** unique over all categories */
  readonly slug: string;
  readonly parentId: string | null;
  readonly position: number;
  /** Counts the changes, including those of the position alone when a sibling moves. */
  readonly version: number;
}

/**
 * All categories as one entity, because the rules of the tree (no cycle, unique slugs, positions without gaps) span
 * several of them. It is small and seldom changes.
 */
export interface CategoryTree {
  readonly id: typeof TREE;
  readonly version: number;
  readonly categories: readonly Category[];
}

/** The key of the only tree. */
export const TREE = 'tree';

export const EMPTY_TREE: CategoryTree = { id: TREE, version: 0, categories: [] };

/** Number of products that name a category, whatever their status. */
export interface CategoryUse {
  readonly categoryId: string;
  readonly products: number;
}

export function categoryOf({ categories }: CategoryTree, id: string): Category | undefined {
  return categories.find((category) => category.id === id);
}

/** Sorted by position. */
export function childrenOf({ categories }: CategoryTree, parentId: string | null): Category[] {
  return categories.filter((category) => category.parentId === parentId).toSorted((a, b) => a.position - b.position);
}

/** Ids of the category with this id, else with this slug, and of all below it; empty when there is no such category. */
export function idsBelow(tree: CategoryTree, idOrSlug: string): string[] {
  const top = categoryOf(tree, idOrSlug) ?? tree.categories.find(({ slug }) => slug === idOrSlug);
  if (top === undefined) return [];
  const byParent = Map.groupBy(tree.categories, ({ parentId }) => parentId);
  const ids = [top.id];
  // The list grows while it is iterated, level by level.
  for (const id of ids) ids.push(...(byParent.get(id) ?? []).map((child) => child.id));
  return ids;
}
