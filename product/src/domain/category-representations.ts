import type { Category as PublishedCategory, CategoryNode } from '@souk/contracts/http/product';
import type { Category, CategoryTree } from './category.ts';

/** The category as published; its version is its entity tag. */
export function categoryRepresentation({ id, name, slug, parentId, position }: Category): PublishedCategory {
  return { id, name, slug, parentId, position };
}

/** The whole tree, nested, in order. */
export function treeRepresentation({ categories }: CategoryTree): CategoryNode[] {
  const inOrder = categories.toSorted((a, b) => a.position - b.position);
  const byParent = Map.groupBy(inOrder, ({ parentId }) => parentId);
  const nodes = (parentId: string | null): CategoryNode[] =>
    (byParent.get(parentId) ?? []).map((one) => ({ ...categoryRepresentation(one), children: nodes(one.id) }));
  return nodes(null);
}
