import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { categoryOf, childrenOf, EMPTY_TREE, TREE } from '../domain/category.ts';
import { withoutCategory } from '../domain/change-categories.ts';
import type { ProductCollections } from '../storage/product-store.ts';
import { type CategoryAnswer, noteOf } from './category-answer.ts';
import type { RequireVersion } from './change-of-product.ts';

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
