import type { NewNote, UseCase } from '@souk/chassis/engine/writer/use-case';
import type { CreateCategory, PatchCategory } from '@souk/contracts/http/product';
import {
  addCategory,
  type Category,
  categoryOf,
  changeCategory,
  childrenOf,
  EMPTY_TREE,
  TREE,
  type TreeChange,
  withoutCategory,
} from '../domain/category-tree.ts';
import type { ProductCollections } from '../storage/product-store.ts';
import type { ProductDecisionOf, RequireVersion } from './products.ts';

interface CreateRequest {
  readonly asked: CreateCategory;
  readonly actor: string;
}

export const createCategory: UseCase<ProductCollections, CreateRequest, CategoryAnswer> = {
  name: 'create category',
  keys: () => ({ categoryTrees: [TREE] }),
  decide({ asked, actor }, world, { newId }) {
    return changeOfTree(addCategory(world.get('categoryTrees', TREE) ?? EMPTY_TREE, asked, newId()), actor);
  },
};

interface PatchRequest {
  readonly categoryId: string;
  readonly asked: PatchCategory;
  readonly actor: string;
  readonly requireVersion: RequireVersion;
}

export const patchCategory: UseCase<ProductCollections, PatchRequest, CategoryAnswer> = {
  name: 'patch category',
  keys: () => ({ categoryTrees: [TREE] }),
  decide({ categoryId, asked, actor, requireVersion }, world) {
    const tree = world.get('categoryTrees', TREE) ?? EMPTY_TREE;
    const category = categoryOf(tree, categoryId);
    if (category === undefined) return { answer: { kind: 'no-such-category' } };
    requireVersion(category.version);
    return changeOfTree(changeCategory(tree, category, asked), actor);
  },
};

interface DeleteRequest {
  readonly categoryId: string;
  readonly actor: string;
  readonly requireVersion?: RequireVersion;
}

/** Removes a category; refuses one that has children or products. */
export const deleteCategory: UseCase<ProductCollections, DeleteRequest, CategoryAnswer> = {
  name: 'delete category',
  keys: ({ categoryId }) => ({ categoryTrees: [TREE], categoryUse: [categoryId] }),
  decide({ categoryId, actor, requireVersion }, world) {
    const tree = world.get('categoryTrees', TREE) ?? EMPTY_TREE;
    const category = categoryOf(tree, categoryId);
    if (category === undefined) return { answer: { kind: 'no-such-category' } };
    requireVersion?.(category.version);
    const products = world.get('categoryUse', categoryId)?.products ?? 0;
    if (products > 0 || childrenOf(tree, categoryId).length > 0) return { answer: { kind: 'category-in-use' } };
    const after = withoutCategory(tree, category);
    const shifted = after.categories.filter((one) => !tree.categories.includes(one));
    const gone = { ...category, version: category.version + 1 };
    return {
      answer: { kind: 'done', category },
      puts: { categoryTrees: [after] },
      removes: { categoryUse: [categoryId] },
      events: [
        noteOf('category.deleted', gone, actor),
        ...shifted.map((one) => noteOf('category.changed', one, actor)),
      ],
    };
  },
};

export type CategoryAnswer = { readonly kind: 'done'; readonly category: Category } | CategoryRefusal;

export type CategoryRefusal =
  | Exclude<TreeChange, { kind: 'changed' | 'unchanged' }>
  | { readonly kind: 'no-such-category' | 'category-in-use' };

/** The decision on a change of the tree: the new tree, and a note for each category that has changed. */
function changeOfTree(change: TreeChange, actor: string): ProductDecisionOf<CategoryAnswer> {
  switch (change.kind) {
    case 'unchanged':
      return { answer: { kind: 'done', category: change.category } };
    case 'changed':
      return {
        answer: { kind: 'done', category: change.category },
        puts: { categoryTrees: [change.tree] },
        events: change.changed.map((category) => noteOf('category.changed', category, actor)),
      };
    default:
      return { answer: change };
  }
}

/** An entry of the history that is not published. */
function noteOf(note: 'category.changed' | 'category.deleted', category: Category, actor: string): NewNote {
  const { id, version, ...rest } = category;
  return { note, key: id, stream: id, version, context: { actor, ...rest } };
}
