/** A place in the shop. Siblings are counted from 0 without gaps. */
export interface Category {
  readonly id: string;
  readonly name: string;
  /** unique over all categories */
  readonly slug: string;
  readonly parentId: string | null;
  readonly position: number;
  /** Counts the changes, also those of the position alone when a sibling moves. */
  readonly version: number;
}

/**
 * All categories, decided on as one: what keeps a tree a tree (no cycle, unique slugs, positions without gaps) concerns
 * more than one of them. It is small, and changes seldom.
 */
export interface CategoryTree {
  readonly id: typeof TREE;
  readonly version: number;
  readonly categories: readonly Category[];
}

/** The key of the only tree. */
export const TREE = 'tree';

export const EMPTY_TREE: CategoryTree = { id: TREE, version: 0, categories: [] };

/** How many products name a category, whatever their status. */
export interface CategoryUse {
  readonly categoryId: string;
  readonly products: number;
}

export function categoryOf({ categories }: CategoryTree, id: string): Category | undefined {
  return categories.find((category) => category.id === id);
}

/** In order. */
export function childrenOf({ categories }: CategoryTree, parentId: string | null): Category[] {
  return categories.filter((category) => category.parentId === parentId).toSorted((a, b) => a.position - b.position);
}

/** The category with this id, else with this slug, and all that is below it; none when there is no such category. */
export function idsBelow(tree: CategoryTree, idOrSlug: string): string[] {
  const top = categoryOf(tree, idOrSlug) ?? tree.categories.find(({ slug }) => slug === idOrSlug);
  if (top === undefined) return [];
  const byParent = Map.groupBy(tree.categories, ({ parentId }) => parentId);
  const ids = [top.id];
  // The list grows while it is read: a level after the other.
  for (const id of ids) ids.push(...(byParent.get(id) ?? []).map((child) => child.id));
  return ids;
}
