import {
  CATEGORIES_LIMIT,
  CATEGORY_LEVELS,
  type Category as PublishedCategory,
  type CategoryNode,
  type CreateCategory,
  type PatchCategory,
} from '@souk/contracts/http/product';
import { lastResortSlug, slugCandidates } from './claims.ts';

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

/** Result of a request to change the tree. */
export type TreeChange =
  /** `changed`: the category and the siblings that it shifted, after the change */
  | { readonly kind: 'changed'; readonly tree: CategoryTree; readonly category: Category; readonly changed: readonly Category[] }
  | { readonly kind: 'unchanged'; readonly category: Category }
  | { readonly kind: 'parent-unknown' | 'category-cycle' | 'too-deep' | 'category-slug-taken' | 'too-many-categories' };

type Place = Pick<Category, 'parentId' | 'position'>;

/** Adds a category. A slug in the request must be free; one made from the name gets a suffix when it is taken. */
export function addCategory(tree: CategoryTree, asked: CreateCategory, id: string): TreeChange {
  if (tree.categories.length >= CATEGORIES_LIMIT) return { kind: 'too-many-categories' };
  const { name, parentId = null, position = CATEGORIES_LIMIT } = asked;
  if (asked.slug !== undefined && ownerOf(tree, asked.slug) !== undefined) return { kind: 'category-slug-taken' };
  const refusal = refusedPlace(tree, undefined, parentId);
  if (refusal !== undefined) return { kind: refusal };
  const slug = asked.slug ?? freeSlug(tree, name, id);
  return arranged(tree, { id, name, slug, parentId, position, version: 0 }, undefined);
}

/** Applies a JSON merge patch; a category that moves takes its subtree along. */
export function changeCategory(tree: CategoryTree, before: Category, asked: PatchCategory): TreeChange {
  const { name = before.name, slug = before.slug, parentId = before.parentId } = asked;
  const moves = parentId !== before.parentId;
  const position = asked.position ?? (moves ? CATEGORIES_LIMIT : before.position);
  const owner = ownerOf(tree, slug);
  if (owner !== undefined && owner !== before) return { kind: 'category-slug-taken' };
  const refusal = moves ? refusedPlace(tree, before, parentId) : undefined;
  if (refusal !== undefined) return { kind: refusal };
  return arranged(tree, { ...before, name, slug, parentId, position }, before);
}

/** Removes a category that has no children; its later siblings move up. */
export function withoutCategory(tree: CategoryTree, { id, parentId }: Category): CategoryTree {
  const left = new Map(tree.categories.filter((category) => category.id !== id).map((category) => [category.id, category]));
  const siblings = childrenOf(tree, parentId).filter((category) => category.id !== id);
  for (const sibling of numbered(siblings)) left.set(sibling.id, sibling);
  return { ...tree, version: tree.version + 1, categories: [...left.values()] };
}

function ownerOf({ categories }: CategoryTree, slug: string): Category | undefined {
  return categories.find((category) => category.slug === slug);
}

function freeSlug(tree: CategoryTree, name: string, id: string): string {
  const candidates = slugCandidates(name, 'category');
  return candidates.find((slug) => ownerOf(tree, slug) === undefined) ?? lastResortSlug(candidates[0], id);
}

function refusedPlace(tree: CategoryTree, moved: Category | undefined, parentId: string | null) {
  if (parentId !== null && categoryOf(tree, parentId) === undefined) return 'parent-unknown';
  const below = moved === undefined ? [] : idsBelow(tree, moved.id);
  if (parentId !== null && below.includes(parentId)) return 'category-cycle';
  const top = moved === undefined ? 0 : levelOf(tree, moved.id);
  const height = moved === undefined ? 1 : Math.max(...below.map((id) => levelOf(tree, id))) - top + 1;
  return levelOf(tree, parentId) + height > CATEGORY_LEVELS ? 'too-deep' : undefined;
}

/** Level of a category: 1 at the top; 0 for null, which is above the top. */
function levelOf(tree: CategoryTree, id: string | null): number {
  let level = 0;
  for (let at = id; at !== null; at = categoryOf(tree, at)?.parentId ?? null) level += 1;
  return level;
}

/** Puts the category at its wanted position, at the end at most, and closes the gap it leaves behind. */
function arranged(tree: CategoryTree, wanted: Category, before: Category | undefined): TreeChange {
  const others = (place: Place) => childrenOf(tree, place.parentId).filter(({ id }) => id !== wanted.id);
  const siblings = others(wanted);
  const position = Math.min(wanted.position, siblings.length);
  const isSame =
    before !== undefined &&
    before.name === wanted.name &&
    before.slug === wanted.slug &&
    before.parentId === wanted.parentId &&
    before.position === position;
  if (isSame) return { kind: 'unchanged', category: before };
  const category = { ...wanted, position, version: wanted.version + 1 };
  const left = before === undefined || before.parentId === wanted.parentId ? [] : numbered(others(before));
  const shifted = numbered(siblings.toSpliced(position, 0, category));
  const changed = [...new Set([...left, ...shifted])].filter((one) => !tree.categories.includes(one));
  const all = new Map([...tree.categories, ...changed].map((one) => [one.id, one]));
  return { kind: 'changed', tree: { ...tree, version: tree.version + 1, categories: [...all.values()] }, category, changed };
}

/** Numbers the siblings from 0; one that has its position already is returned as it is. */
function numbered(siblings: readonly Category[]): Category[] {
  return siblings.map((one, position) =>
    one.position === position ? one : { ...one, position, version: one.version + 1 },
  );
}
