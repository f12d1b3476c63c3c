import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { PatchCategory } from '@souk/contracts/http/product';
import { categoryOf, EMPTY_TREE, TREE } from '../domain/category.ts';
import { changeCategory } from '../domain/change-categories.ts';
import type { ProductCollections } from '../storage/product-store.ts';
import { type CategoryAnswer, changeOfTree } from './category-answer.ts';
import type { RequireVersion } from './change-of-product.ts';

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
